// Package desk is the Mattermost side of msgbot: cards, thread posts, notices, alerts, texts in two languages, and who
// may do what. It implements relay.Desk and bots.Desk on the plugin API.
package desk

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/assets"
	"github.com/msgbot/mattermost-plugin-msgbot/server/bots"
	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

var (
	_ relay.Desk = (*Desk)(nil)
	_ bots.Desk  = (*Desk)(nil)
)

// API is what the desk needs of Mattermost; plugin.API satisfies it. All of it are calls to another process: a dead
// server answers zero values without an error (tried on Mattermost 11.1).
type API interface {
	GetServerVersion() string

	CreatePost(post *model.Post) (*model.Post, *model.AppError)
	GetPost(postID string) (*model.Post, *model.AppError)
	GetPostsBefore(channelID, postID string, page, perPage int) (*model.PostList, *model.AppError)
	UpdatePost(post *model.Post) (*model.Post, *model.AppError)
	SendEphemeralPost(userID string, post *model.Post) *model.Post
	DeleteEphemeralPost(userID, postID string)
	AddReaction(reaction *model.Reaction) (*model.Reaction, *model.AppError)
	RemoveReaction(reaction *model.Reaction) *model.AppError
	GetReactions(postID string) ([]*model.Reaction, *model.AppError)

	GetFileInfo(fileID string) (*model.FileInfo, *model.AppError)
	CreateUploadSession(us *model.UploadSession) (*model.UploadSession, error)
	UploadData(us *model.UploadSession, content io.Reader) (*model.FileInfo, error)
	CreateSession(session *model.Session) (*model.Session, *model.AppError)

	GetChannel(channelID string) (*model.Channel, *model.AppError)
	GetChannelByNameForTeamName(teamName, channelName string, includeDeleted bool) (*model.Channel, *model.AppError)
	GetDirectChannel(userID1, userID2 string) (*model.Channel, *model.AppError)
	GetChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError)
	AddChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError)
	CreateTeamMember(teamID, userID string) (*model.TeamMember, *model.AppError)

	GetUser(userID string) (*model.User, *model.AppError)
	GetUserByUsername(name string) (*model.User, *model.AppError)
	GetUsers(options *model.UserGetOptions) ([]*model.User, *model.AppError)
	HasPermissionTo(userID string, permission *model.Permission) bool
	HasPermissionToChannel(userID, channelID string, permission *model.Permission) bool
}

// Options are fixed for the life of a Desk.
type Options struct {
	// BotUserID is the Mattermost user that msgbot posts as.
	BotUserID string
	// PluginID is the name in the plugin's URLs.
	PluginID string
	// Now is the clock, time.Now when nil.
	Now func() time.Time
	// Loopback is the address at which this machine reaches the server itself, without a trailing slash.
	Loopback func() string
	// HTTP makes the calls to it, http.DefaultClient when nil.
	HTTP *http.Client
	// Links signs the addresses of files.
	Links Links
}

// Config are the settings of the server and the plugin that the desk depends on; they may change at any time.
type Config struct {
	// SiteURL is the server's address without a trailing slash; empty when the admin set none.
	SiteURL string
	// OverrideUsername and OverrideIcon tell whether the server shows other names and pictures on a bot's posts
	// (ServiceSettings.EnablePostUsernameOverride and EnablePostIconOverride).
	OverrideUsername, OverrideIcon bool
	// DefaultLanguage is the plugin's setting, ServerLocale the server's; either may be empty.
	DefaultLanguage, ServerLocale string
	// FallbackChannel is where conversations go whose inbox channel was archived, as team:channel; empty for nowhere.
	FallbackChannel string
	// PublicURL is where messengers reach the server, without a trailing slash; SiteURL when empty.
	PublicURL string
	// MaxFileBytes is the plugin's limit of one file, ServerMaxFileBytes the server's; 0 for none.
	MaxFileBytes, ServerMaxFileBytes int64
	// FilesAllowed is false when the server takes no files at all (FileSettings.EnableFileAttachments).
	FilesAllowed bool
}

// How long answers of the server are believed.
const (
	channelMemory = time.Second
	userMemory    = time.Minute
)

// Desk implements relay.Desk and bots.Desk. It is safe for concurrent use.
type Desk struct {
	api    API
	opts   Options
	texts  catalog
	config atomic.Pointer[Config]

	channels  *cache[place]
	looks     *rounds[place]
	users     *cache[*model.User]
	usernames *cache[*model.User]
	emoji     map[string]string
	session   session

	// writing holds back a second change of a post while the first is between reading and writing it.
	writing sync.Mutex
	// told remembers which archived channels the system admins know of: key is the channel's id and time of archiving.
	told sync.Map
}

// New returns a desk that posts through api. It has an empty Config until SetConfig.
func New(api API, opts Options) *Desk {
	if opts.Now == nil {
		opts.Now = time.Now
	}
	if opts.HTTP == nil {
		opts.HTTP = http.DefaultClient
	}
	d := &Desk{
		api: api, opts: opts, texts: mustCatalog(assets.I18n),
		channels:  newCache[place](channelMemory, opts.Now),
		looks:     newRounds[place](),
		users:     newCache[*model.User](userMemory, opts.Now),
		usernames: newCache[*model.User](userMemory, opts.Now),
		emoji:     emojiNames(),
	}
	d.config.Store(&Config{})
	return d
}

// SetConfig puts another configuration in force for all calls that begin from now on.
func (d *Desk) SetConfig(c Config) {
	c.SiteURL = strings.TrimRight(c.SiteURL, "/")
	c.PublicURL = strings.TrimRight(c.PublicURL, "/")
	d.config.Store(&c)
}

// BotUserID is the Mattermost user that msgbot posts as.
func (d *Desk) BotUserID() string { return d.opts.BotUserID }

// Overrides tells whether the server shows customers' names and avatars on posts.
func (d *Desk) Overrides() bool {
	c := d.config.Load()
	return c.OverrideUsername && c.OverrideIcon
}

// Alive makes one host call that proves that the server behind this plugin is alive: a dead one has no version.
func (d *Desk) Alive() bool { return d.api.GetServerVersion() != "" }

// language of a bot's card, notices and thread texts.
func (d *Desk) language(bot conversation.Bot) string {
	c := d.config.Load()
	return d.texts.language(bot.Settings.TeamLanguage, c.DefaultLanguage, c.ServerLocale)
}

// errNoAnswer is what zero values without an error mean.
var errNoAnswer = errors.New("the Mattermost server did not answer")

// failure turns the server's error into one that may be logged: where, which and how, but none of its details, which
// could quote a post.
func failure(e *model.AppError) error {
	return errors.Errorf("%s: %s (%d)", e.Where, e.Id, e.StatusCode)
}
