// Package traffic makes customers and agents write to each other while a test breaks things, and counts afterwards that
// every message arrived once. The people in it lose and double nothing themselves: an agent whose post was answered
// with an error looks whether it is there before he writes it again.
package traffic

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// Plan says how much is written.
type Plan struct {
	// Seed decides who writes when.
	Seed uint64
	// Bots are those that customers write to, in turn.
	Bots []*world.Bot
	// Agents is the one who answers, logged in on each node: he goes to another node when one fails him.
	Agents []*lab.Session
	// Talks is the number of conversations, Each that of messages in each direction of each of them.
	Talks, Each int
}

// Traffic is people writing.
type Traffic struct {
	world *world.World
	plan  Plan
	rand  *rand.Rand
	talks []*talk
	// deck are the messages that are still to be written, in the order in which that begins.
	deck []step
	// again counts posts that agents had to write once more.
	again atomic.Int64

	people sync.WaitGroup
	mu     sync.Mutex
	failed error
}

// RetrySoon is the pause of an emulated messenger after a failed delivery: shorter than the real ones, so that what comes
// after an outage comes soon. Attempt counts failed tries from 1.
func RetrySoon(attempt int) time.Duration {
	return min(250*time.Millisecond<<min(attempt, 3), 2*time.Second)
}

// step lets one side of a conversation write its next message.
type step struct {
	talk     *talk
	outgoing bool
}

// talk is one conversation. Its customer and its agent each write one message after the other, at their own pace.
type talk struct {
	number    int
	customer  *world.Customer
	questions chan string
	answers   chan string
	// begun counts the questions and the answers that Deal began.
	begun [2]int
	// answered is what the agent posted, in its order.
	answered []answer
	// conversation is known once the agent has found the thread.
	conversation world.Conversation
}

// answer is an agent's reply.
type answer struct {
	text, postID string
}

// Start makes the customers and agents. They write what Deal tells them to, until ctx ends.
func Start(ctx context.Context, w *world.World, plan Plan) *Traffic {
	t := &Traffic{world: w, plan: plan, rand: rand.New(rand.NewPCG(plan.Seed, 1))}
	for number := range plan.Talks {
		k := &talk{
			number:    number,
			customer:  plan.Bots[number%len(plan.Bots)].NewCustomer(fmt.Sprintf("Customer %02d", number)),
			questions: make(chan string, plan.Each),
			answers:   make(chan string, plan.Each),
		}
		t.talks = append(t.talks, k)
		for range plan.Each {
			t.deck = append(t.deck, step{k, false}, step{k, true})
		}
		t.people.Go(func() { t.fail(t.ask(ctx, k)) })
		t.people.Go(func() { t.fail(t.answer(ctx, k)) })
	}
	t.rand.Shuffle(len(t.deck), func(i, j int) { t.deck[i], t.deck[j] = t.deck[j], t.deck[i] })
	return t
}

// Left is how many messages Deal has not begun yet.
func (t *Traffic) Left() int { return len(t.deck) }

// Deal begins the next n messages at random moments, in about the given time.
func (t *Traffic) Deal(ctx context.Context, n int, within time.Duration) {
	n = min(n, len(t.deck))
	now := t.deck[:n]
	t.deck = t.deck[n:]
	for _, s := range now {
		s.talk.next(s.outgoing)
		select {
		case <-ctx.Done():
			return
		case <-time.After(time.Duration(t.rand.Int64N(2 * int64(within) / int64(n)))):
		}
	}
}

// next has room in its channels for all that is ever written.
func (k *talk) next(outgoing bool) {
	if outgoing {
		k.answers <- fmt.Sprintf("answer %02d-%02d", k.number, k.begun[1])
		k.begun[1]++
		return
	}
	k.questions <- k.question(k.begun[0])
	k.begun[0]++
}

func (k *talk) question(number int) string {
	return fmt.Sprintf("question %02d-%02d", k.number, number)
}

// Finish begins what is left and waits until everybody has written all he was to write.
func (t *Traffic) Finish(ctx context.Context) error {
	t.Deal(ctx, t.Left(), time.Second)
	for _, k := range t.talks {
		close(k.questions)
		close(k.answers)
	}
	t.people.Wait()
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.failed
}

func (t *Traffic) fail(err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.failed == nil {
		t.failed = err
	}
}

// ask is the customer's side. Telegram brings the messages of a chat one after the other whatever happens. Viber repeats
// each for itself and has no order then, so its customer writes on when the last message has arrived.
func (t *Traffic) ask(ctx context.Context, k *talk) error {
	for text := range k.questions {
		if k.customer.AtViber == nil {
			k.customer.Says(text)
			continue
		}
		token := k.customer.AtViber.Says(text)
		if err := t.world.ViberCloud.Await(ctx, func() bool { return t.acknowledged(token) }); err != nil {
			return errors.Wrapf(err, "a message of customer %d was not taken", k.number)
		}
	}
	return nil
}

func (t *Traffic) acknowledged(token string) bool {
	for _, e := range t.world.ViberCloud.Callbacks("message") {
		if e.Token == token && e.HTTP == 200 {
			return true
		}
	}
	return false
}

// answer is the agent's side: he begins when the thread is there.
func (t *Traffic) answer(ctx context.Context, k *talk) error {
	for text := range k.answers {
		if k.conversation.ID == "" {
			found, err := t.world.AwaitConversation(ctx, k.customer)
			if err != nil {
				return err
			}
			k.conversation = found
		}
		id, err := t.post(ctx, k, text)
		if err != nil {
			return err
		}
		k.answered = append(k.answered, answer{text, id})
	}
	return nil
}

// post writes into the thread once. After an error it writes again only if the post is really not there.
func (t *Traffic) post(ctx context.Context, k *talk, text string) (postID string, err error) {
	for turn := k.number; ctx.Err() == nil; turn++ {
		agent := t.plan.Agents[turn%len(t.plan.Agents)]
		made, err := agent.Reply(ctx, k.conversation.ChannelID, k.conversation.RootPostID, text)
		if err == nil {
			return made.Id, nil
		}
		there, err := t.lookUp(ctx, k, text)
		if err != nil {
			return "", err
		}
		if there != nil {
			return there.Id, nil
		}
		t.again.Add(1)
	}
	return "", errors.Wrap(ctx.Err(), "an agent cannot post")
}

// lookUp looks for a post of the agent as soon as any node answers; nil when it is not there.
func (t *Traffic) lookUp(ctx context.Context, k *talk, text string) (found *model.Post, err error) {
	turn := 0
	err = lab.Eventually(ctx, "the thread of an agent", func() (bool, error) {
		turn++
		posts, err := t.plan.Agents[turn%len(t.plan.Agents)].Thread(ctx, k.conversation.RootPostID)
		if err != nil {
			return false, err
		}
		if i := slices.IndexFunc(posts, func(p *model.Post) bool { return p.Message == text }); i >= 0 {
			found = posts[i]
		}
		return true, nil
	})
	return found, err
}
