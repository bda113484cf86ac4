// Viber's own codes of emoji in a text, such as (smiley).

package viber

import "strings"

// maxCode is the length of the longest code with its parentheses.
const maxCode = 20

// emoji are the codes of Viber's emoticons in lower case, each with the Unicode emoji that is nearest to its picture.
// Codes whose picture has no counterpart, such as (batman), are left out and stay as they are written. The codes are those
// that Viber's apps turn into pictures, as public lists of them agree; its bot API page has none.
var emoji = map[string]string{
	// Faces.
	"smiley": "😊", "sad": "😢", "wink": "😉", "wink2": "😉", "angry": "😡", "inlove": "😍", "yummi": "😋", "laugh": "😂",
	"surprised": "😮", "moa": "😘", "mwah": "😘", "happy": "😄", "cry": "😭", "crying": "😭", "sick": "😷", "shy": "😳",
	"teeth": "😁", "tongue": "😛", "money": "🤑", "mad": "😠", "flirt": "😏", "crazy": "🤪", "confused": "😕",
	"depressed": "😞", "scream": "😱", "nerd": "🤓", "not_sure": "😕", "cool": "😎", "huh": "😦", "happycry": "😂",
	"exhausted": "😩", "eek": "😬", "dead": "😵", "straight": "😐", "yo": "😏", "wtf": "😖", "ohno": "😱", "oh": "😯",
	"what": "🤨", "weak": "😫", "upset": "😠", "ugh": "😟", "silly": "😜", "meh": "😒", "ninja": "🥷", "devil": "😈",
	"angel": "😇", "hmm": "🤔", "thinking": "🤔", "teary": "🥺", "eyeroll": "🙄", "relax": "😌", "mischievous": "😼",
	"dizzy": "😵", "singing": "🎤", "sleeping": "😴", "zzz": "💤", "facepalm": "🤦", "shrug": "🤷",
	// Hearts.
	"heart": "❤️", "heart_break": "💔", "purple_heart": "💜", "yellow_heart": "💛", "blue_heart": "💙",
	"orange_heart": "🧡", "black_heart": "🖤", "2_hearts": "💕", "arrow_heart": "💘", "kiss": "💋",
	// Hands and people.
	"like": "👍", "unlike": "👎", "v": "✌️", "fu": "🖕", "clap": "👏", "rockon": "🤘", "pointer": "☝️", "waving": "👋",
	"fist": "✊", "prayer_hands": "🙏", "muscle": "💪", "footsteps": "👣", "eyes": "👀", "run": "🏃", "santa_hat": "🎅",
	"skull": "💀", "ghost": "👻", "robot": "🤖", "alien": "👽", "poo": "💩",
	// Signs.
	"!": "❗", "exclamation": "❗", "q": "❓", "$": "💵", "dollar": "💵", "moneybag": "💰", "checkmark": "✅",
	"do_not_enter": "⛔", "stop_sign": "🛑", "over18": "🔞", "handicap": "♿", "angrymark": "💢", "spiral": "🌀",
	"up_graph": "📈", "down_graph": "📉",
	// Things.
	"diamond": "💎", "trophy": "🏆", "crown": "👑", "tiara": "👑", "ring": "💍", "hammer": "🔨", "wrench": "🔧", "key": "🔑",
	"lock": "🔒", "video": "🎥", "tv": "📺", "tape": "📼", "trumpet": "🎺", "guitar": "🎸", "drum": "🥁", "speaker": "🔊",
	"music": "🎵", "microphone": "🎤", "bell": "🔔", "cap": "🧢", "bowtie": "🎀", "fidora": "🎩", "flipflop": "🩴",
	"bikini": "👙", "sunglasses": "🕶️", "glasses": "👓", "phone": "📱", "telephone": "☎️", "battery": "🔋", "time": "⏰",
	"camera": "📷", "knife": "🔪", "syringe": "💉", "meds": "💊", "tablet": "💊", "first_aid": "⚕️", "baby_bottle": "🍼",
	"ruler": "📏", "scissor": "✂️", "paperclip": "📎", "pencil": "✏️", "paintbrush": "🖌️", "color_palette": "🎨",
	"magnify": "🔍", "book": "📘", "letter": "✉️", "light_bulb": "💡", "lantern": "🏮", "torch": "🔦", "fire": "🔥",
	"bomb": "💣", "cigarette": "🚬", "gift": "🎁", "crystal_ball": "🔮", "anchor": "⚓", "termometer": "🌡️",
	"party_popper": "🎉", "partyhat": "🎉", "confetti_ball": "🎊", "balloon1": "🎈", "balloon2": "🎈",
	// Animals.
	"koala": "🐨", "sheep": "🐑", "ladybug": "🐞", "kangaroo": "🦘", "chick": "🐣", "monkey": "🐒", "panda": "🐼",
	"turtle": "🐢", "bunny": "🐇", "fly": "🪰", "bee": "🐝", "bat": "🦇", "cat": "🐈", "dog": "🐕", "squirrel": "🐿️",
	"snake": "🐍", "snail": "🐌", "shark": "🦈", "goldfish": "🐠", "pig": "🐖", "owl": "🦉", "penguin": "🐧",
	"porcupine": "🦔", "fox": "🦊", "octopus": "🐙", "dinosaur": "🦕", "paw": "🐾",
	// Nature and weather.
	"cactus": "🌵", "clover": "🍀", "sprout": "🌱", "palmtree": "🌴", "christmas_tree": "🎄", "mapleleaf": "🍁",
	"flower": "🌸", "sunflower": "🌻", "bouquet": "💐", "sun": "☀️", "moon": "🌜", "full_moon": "🌕", "cloud": "☁️",
	"rain": "🌧️", "droplet": "💧", "lightening": "⚡", "rainbow": "🌈", "earth": "🌍", "star": "⭐", "shooting_star": "🌠",
	"umbrella": "☂️", "snowman": "⛄", "snowflake": "❄️", "tornado": "🌪️",
	// Sports and games.
	"golf": "⛳", "golfball": "⛳", "football": "🏈", "soccer": "⚽", "tennis": "🎾", "basketball": "🏀", "baseball": "⚾",
	"beachball": "🏐", "8ball": "🎱", "iceskate": "⛸️", "boxing": "🥊", "weight": "🏋️", "target": "🎯", "racing_flag": "🏁",
	"cards": "🃏", "dice": "🎲", "console": "🎮",
	// Food and drink.
	"chicken": "🍗", "burger": "🍔", "pizza": "🍕", "noodles": "🍜", "sushi1": "🍣", "sushi2": "🍣", "donut": "🍩",
	"egg": "🍳", "hotdog": "🌭", "bacon": "🥓", "hotsauce": "🌶️", "ice_cream": "🍦", "cupcake": "🧁", "croissant": "🥐",
	"chocolate": "🍫", "lollipop": "🍭", "cookie": "🍪", "cake": "🎂", "cake_slice": "🍰", "popcorn": "🍿", "cherry": "🍒",
	"banana": "🍌", "watermelon": "🍉", "strawberry": "🍓", "grapes": "🍇", "lemon": "🍋", "peach": "🍑", "apple": "🍎",
	"pineapple": "🍍", "eggplant": "🍆", "corn": "🌽", "mushroom": "🍄", "coffee": "☕", "soda": "🥤", "beer": "🍺",
	"wine": "🍷", "martini": "🍸", "champagne": "🍾", "cocktail": "🍹", "cutlery": "🍴",
	// On the way.
	"car": "🚗", "taxi": "🚕", "ambulance": "🚑", "policecar": "🚓", "bicycle": "🚲", "airplane": "✈️", "trafficlight": "🚦",
	"ufo": "🛸", "rocket": "🚀",
}

// withEmoji puts emoji for Viber's codes, whose case does not matter. What only looks like a code stays, and so do
// addresses: https://en.wikipedia.org/wiki/Sun_(sun) must go on leading there.
func withEmoji(text string) string {
	var b strings.Builder
	address := false
	for i := 0; i < len(text); {
		switch c := text[i]; {
		case c == ' ' || c == '\n' || c == '\t':
			address = false
		case strings.HasPrefix(text[i:], "://"):
			address = true
		case c == '(' && !address:
			code := codeAt(text[i:])
			if picture, known := emoji[strings.ToLower(code)]; known {
				b.WriteString(picture)
				i += len(code) + len("()")
				continue
			}
		}
		b.WriteByte(text[i])
		i++
	}
	return b.String()
}

// codeAt is what stands in the parentheses that s begins with, empty if that is nothing or too long for a code.
func codeAt(s string) string {
	end := strings.IndexByte(s[:min(len(s), maxCode)], ')')
	return s[1:max(end, 1)]
}
