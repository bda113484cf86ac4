// Posts, made exactly once and changed only where they differ.

package desk

import (
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// maxMessage is how many runes a post may hold (model.PostMessageMaxRunesV2).
const maxMessage = model.PostMessageMaxRunesV2

// errPostGone: the post to be changed does not exist or was deleted.
var errPostGone = errors.New("the post is gone")

// errFilesDropped: a post was stored without some of its files, which the server does without an error.
var errFilesDropped = errors.New("Mattermost left out files")

// create posts p with its id, once: a second call finds the first one's post, even one that was deleted since, and
// changes nothing but files that it lacks. It returns the channel the post is in. A remote id lets a plugin choose the id
// of its post, and the primary key refuses a second one (tried on Mattermost 11.1).
func (d *Desk) create(ctx context.Context, p *model.Post) (channelID string, err error) {
	if err := ctx.Err(); err != nil {
		return "", err
	}
	id, remote, files := p.Id, d.opts.PluginID, slices.Clone(p.FileIds)
	p.UserId = d.opts.BotUserID
	p.RemoteId = &remote
	p.Message = storable(p.Message)
	made, appErr := d.api.CreatePost(p)
	if appErr == nil && made != nil && made.Id == id {
		if len(made.FileIds) < len(files) {
			return made.ChannelId, d.settle(ctx, id, files)
		}
		return made.ChannelId, nil
	}
	// An error does not say that there is no post: CreatePost can fail after it saved, and a call of a plugin that
	// died goes on in the server.
	_, where, err := d.find(id, p.ChannelId)
	if err != nil || where != "" {
		if err == nil && len(files) > 0 {
			err = d.settle(ctx, id, files)
		}
		return where, err
	}
	if appErr == nil {
		return "", errors.Wrap(errNoAnswer, "create a post")
	}
	return "", d.refusal(appErr, p.RootId, p.ChannelId)
}

// find returns the post with this id, nil when it was deleted, and its channel, empty when there never was one.
func (d *Desk) find(id, channelID string) (post *model.Post, where string, err error) {
	post, appErr := d.api.GetPost(id)
	switch {
	case appErr == nil && post == nil:
		return nil, "", errors.Wrap(errNoAnswer, "look for a post")
	case appErr == nil:
		return post, post.ChannelId, nil
	case appErr.StatusCode != http.StatusNotFound:
		return nil, "", errors.Wrap(failure(appErr), "look for a post")
	}
	// GetPost hides deleted posts. GetPostsBefore takes the time of the post it counts from without looking at
	// whether it is deleted, and finds nothing when there is no such post (Mattermost 11: getPostsAround). Something
	// older is in every inbox channel: at least the line that says that msgbot joined.
	older, appErr := d.api.GetPostsBefore(channelID, id, 0, 1)
	switch {
	case appErr != nil:
		return nil, "", errors.Wrap(failure(appErr), "look for a deleted post")
	case older == nil:
		return nil, "", errors.Wrap(errNoAnswer, "look for a deleted post")
	case len(older.Order) > 0:
		return nil, channelID, nil
	}
	return nil, "", nil
}

// refusal sorts the errors of CreatePost. The server says root_id both for a deleted root and for a database that is
// away while it looks for it, so the root is looked at again.
func (d *Desk) refusal(e *model.AppError, rootID, channelID string) error {
	err := errors.Wrap(failure(e), "create a post")
	if rootID != "" && strings.Contains(e.Id, "root_id") {
		root, appErr := d.api.GetPost(rootID)
		gone := appErr != nil && appErr.StatusCode == http.StatusNotFound
		moved := appErr == nil && root != nil && root.ChannelId != channelID
		if gone || moved {
			return relay.ErrThreadGone
		}
		return err
	}
	if e.StatusCode == http.StatusBadRequest {
		return errors.Wrap(relay.ErrRefused, err.Error())
	}
	return err
}

// read is the present state of a post, errPostGone when it does not exist or was deleted.
func (d *Desk) read(ctx context.Context, id string) (*model.Post, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	post, appErr := d.api.GetPost(id)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return nil, errPostGone
	case appErr != nil:
		return nil, errors.Wrap(failure(appErr), "read a post")
	case post == nil:
		return nil, errors.Wrap(errNoAnswer, "read a post")
	}
	return post, nil
}

// update lets change work on the present state of a post and stores it if that made a difference: every UpdatePost
// keeps a full copy and shows "Edited". It returns errPostGone when there is nothing to change. The post is read anew
// each time because the answers of CreatePost and UpdatePost lack the buttons' integrations, and an old copy would
// undo others' pins and reactions.
func (d *Desk) update(ctx context.Context, id string, change func(*model.Post)) error {
	d.writing.Lock()
	defer d.writing.Unlock()
	post, err := d.read(ctx, id)
	if err != nil {
		return err
	}
	before := appearance(post)
	change(post)
	post.Message = storable(post.Message)
	if appearance(post) == before {
		return nil
	}
	files := len(post.FileIds)
	post, appErr := d.api.UpdatePost(post)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return errPostGone
	case appErr != nil && appErr.StatusCode == http.StatusBadRequest:
		return errors.Wrap(relay.ErrRefused, failure(appErr).Error())
	case appErr != nil:
		return errors.Wrap(failure(appErr), "change a post")
	case post == nil || post.Id != id:
		return errors.Wrap(errNoAnswer, "change a post")
	case len(post.FileIds) < files:
		return errors.Wrap(errFilesDropped, "change a post")
	}
	return nil
}

// appearance is what msgbot ever changes of a post, in a form that can be compared: attachments are typed before they
// are stored and maps afterwards.
func appearance(p *model.Post) string {
	type button struct{ ID, Name, Style, URL, Context string }
	type attachment struct {
		Text, Fallback string
		Buttons        []button
	}
	shown := struct {
		Message, Before, After, Lines, Parts string
		Files                                []string
		Attachments                          []attachment
	}{
		Message: p.Message, Before: prop(p, propBefore), After: prop(p, propAfter), Lines: prop(p, propFiles),
		Parts: prop(p, propParts), Files: append([]string{}, p.FileIds...),
	}
	for _, a := range p.Attachments() {
		list := attachment{Text: a.Text, Fallback: a.Fallback}
		for _, action := range a.Actions {
			b := button{ID: action.Id, Name: action.Name, Style: action.Style}
			if action.Integration != nil {
				b.URL, b.Context = action.Integration.URL, canonical(action.Integration.Context)
			}
			list.Buttons = append(list.Buttons, b)
		}
		shown.Attachments = append(shown.Attachments, list)
	}
	return canonical(shown)
}

// canonical is v as JSON, with the keys of maps in order. What cannot be written is the same as nothing.
func canonical(v any) string {
	data, err := json.Marshal(v)
	if err != nil {
		return ""
	}
	return string(data)
}

// button is a button under a post; action names both the button and the last part of its URL.
func (d *Desk) button(action, name, style string, about map[string]any) *model.PostAction {
	return &model.PostAction{
		Id: action, Type: model.PostActionTypeButton, Name: name, Style: style,
		Integration: &model.PostActionIntegration{
			URL:     "/plugins/" + d.opts.PluginID + "/api/v1/actions/" + action,
			Context: about,
		},
	}
}

// attach gives a post one attachment with this line and these buttons.
func attach(p *model.Post, line string, buttons ...*model.PostAction) {
	p.AddProp(model.PostPropsAttachments, []*model.MessageAttachment{{Text: line, Fallback: line, Actions: buttons}})
}

// storable is text without what PostgreSQL refuses: NUL and broken UTF-8.
func storable(text string) string {
	return strings.ReplaceAll(strings.ToValidUTF8(text, "\uFFFD"), "\x00", "")
}
