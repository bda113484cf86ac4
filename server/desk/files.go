// The files of customers' messages: which of them come into Mattermost, and what is said of the others.

package desk

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
	"github.com/msgbot/mattermost-plugin-msgbot/server/relay"
)

// brought is what became of a message's files.
type brought struct {
	// ids are the files that are in Mattermost.
	ids []string
	// lines are about those that are not, Markdown; missing are their named reasons.
	lines, missing []string
}

// absence is the error of a file that cannot be had, by its named reason: the text "missing." + reason.
type absence struct {
	reason string
	// size is in bytes, 0 when not known; limit is that of which the reason tells.
	size, limit int64
}

// The reasons of absences.
const (
	missingOverLimit   = "over_limit"
	missingEmpty       = "empty"
	missingOff         = "files_off"
	missingRefused     = "refused"
	missingTooLarge    = "too_large"
	missingExpired     = "expired"
	missingForbidden   = "forbidden_address"
	missingUnreachable = "unreachable"
	missingRejected    = "rejected"
)

// Error implements error.
func (a *absence) Error() string { return "a file is missing: " + a.reason }

// refusals are the words of adapters for what cannot be fetched at any time, in lower case, and the reason they mean.
var refusals = []struct{ said, reason string }{
	{"too big", missingTooLarge},
	{"too large", missingTooLarge},
	{"address forbidden", missingForbidden},
	{"expired", missingExpired},
	{"not found", missingExpired},
	{"gone", missingExpired},
	{"forbidden", missingExpired},
	{"cannot be read", missingUnreachable},
	{"leads nowhere", missingUnreachable},
}

// unfetched is the error of a Fetch: an absence when the file cannot be had at any time.
func unfetched(err error) error {
	refused := messenger.AsError(err)
	if refused.Class != messenger.Rejected {
		return errors.Wrap(err, "fetch a file")
	}
	said := strings.ToLower(refused.Description)
	for _, r := range refusals {
		if strings.Contains(said, r.said) {
			return &absence{reason: r.reason}
		}
	}
	return &absence{reason: missingRejected}
}

// files brings the files of a message into Mattermost, unless its first post was made: then it tells which of them are
// there, and what that post says of the others.
func (d *Desk) files(ctx context.Context, p relay.InboundPost, at seat, channelID string) (brought, error) {
	if !at.taken {
		return d.bring(ctx, p, at, channelID)
	}
	var files brought
	if at.post != nil && prop(at.post, propFiles) != "" {
		files.lines = strings.Split(prop(at.post, propFiles), "\n")
	}
	for _, f := range p.Files {
		info, err := d.fileInfo(at.here(f.ID))
		switch {
		case err != nil:
			return brought{}, err
		case info != nil:
			files.ids = append(files.ids, info.Id)
		}
	}
	return files, nil
}

// bring brings the files of a message into a channel. What cannot be had becomes a line; other failures are returned unless
// p.Hasty.
func (d *Desk) bring(ctx context.Context, p relay.InboundPost, at seat, channelID string) (brought, error) {
	var files brought
	for i, f := range p.Files {
		f.ID = at.here(f.ID)
		named := naming{file: f.File, number: i, at: p.At.In(d.zone(p.Bot))}
		err := d.carry(ctx, transfer{file: f, channelID: channelID, name: named})
		var missing *absence
		switch {
		case err == nil:
			files.ids = append(files.ids, f.ID)
			continue
		case errors.As(err, &missing):
		case p.Hasty:
			missing = &absence{reason: missingUnreachable}
		default:
			return brought{}, err
		}
		files.lines = append(files.lines, d.missingLine(p, named.name(nil), f.Size, missing))
		files.missing = append(files.missing, missing.reason)
	}
	return files, nil
}

// missingLine says which file is missing and why.
func (d *Desk) missingLine(p relay.InboundPost, name string, told int64, missing *absence) string {
	lang := d.language(p.Bot)
	reason := d.T(lang, "missing."+missing.reason, map[string]string{
		"messenger": p.Bot.Kind.Title(), "limit": d.size(lang, missing.limit),
	})
	args := map[string]string{"name": plain(name), "reason": reason}
	size := max(missing.size, told)
	if size <= 0 {
		return d.T(lang, "file.missing", args)
	}
	args["size"] = d.size(lang, size)
	return d.T(lang, "file.missing_sized", args)
}

// carry brings one file into Mattermost, once: a file that is there already is not fetched again.
func (d *Desk) carry(ctx context.Context, t transfer) error {
	info, err := d.fileInfo(t.file.ID)
	if err != nil || info != nil {
		return err
	}
	if !d.config.Load().FilesAllowed {
		return &absence{reason: missingOff}
	}
	t.limit = d.fileLimit()
	if err := t.fits(t.file.Size); err != nil {
		return err
	}
	for {
		err := d.transfer(ctx, t)
		switch {
		case errors.Is(err, errSize) && !t.spool:
			t.spool = true
		case errors.Is(err, errPicture) && !t.name.neutral:
			t.name.neutral = true
		case errors.Is(err, errPicture):
			return &absence{reason: missingRefused}
		default:
			return err
		}
	}
}

// fileLimit is the largest size of a file in bytes, 0 for any.
func (d *Desk) fileLimit() int64 {
	c := d.config.Load()
	limits := slices.DeleteFunc([]int64{c.MaxFileBytes, c.ServerMaxFileBytes}, func(limit int64) bool { return limit <= 0 })
	if len(limits) == 0 {
		return 0
	}
	return slices.Min(limits)
}

// fileInfo is what Mattermost knows of a file, nil when it does not know it.
func (d *Desk) fileInfo(id string) (*model.FileInfo, error) {
	info, appErr := d.api.GetFileInfo(id)
	switch {
	case appErr != nil && appErr.StatusCode == http.StatusNotFound:
		return nil, nil
	case appErr != nil:
		return nil, errors.Wrap(failure(appErr), "look for a file")
	case info == nil:
		return nil, errors.Wrap(errNoAnswer, "look for a file")
	}
	return info, nil
}

// settle makes a post hold those of its files that no post holds yet: CreatePost leaves a file out without an error when
// it cannot attach it, and names one it does not hold when the server dies in between. What is still left out is
// errFilesDropped; a post that is gone needs no files.
func (d *Desk) settle(ctx context.Context, postID string, files []string) error {
	var loose []string
	for _, id := range files {
		info, err := d.fileInfo(id)
		if err != nil {
			return err
		}
		if info != nil && info.PostId == "" {
			loose = append(loose, id)
		}
	}
	if len(loose) == 0 {
		return nil
	}
	// A file that the post names already is only attached when it is taken off first.
	for _, also := range [][]string{nil, loose} {
		err := d.update(ctx, postID, func(post *model.Post) {
			post.FileIds = slices.DeleteFunc(slices.Clone(files), func(id string) bool {
				isLoose := slices.Contains(loose, id)
				return isLoose && !slices.Contains(also, id) || !isLoose && !slices.Contains(post.FileIds, id)
			})
		})
		if errors.Is(err, errPostGone) {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return nil
}
