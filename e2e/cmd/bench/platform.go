// The platform's own limit: a plugin beside msgbot on the same server that only creates thread replies.

package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/lab"
	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

const callersID = "msgbot-bench-callers"

// callers is the number of those who create posts at once, on either side: msgbot works with 8 lanes.
const callers = 8

// text is what everybody writes.
const text = "Добрий день! Підкажіть, будь ласка, коли приїде моє замовлення номер 12345? Дякую."

// platform is the installed plugin with its threads.
type platform struct {
	admin   *lab.Session
	channel *model.Channel
	// author is the user msgbot posts as, too: who writes and who is told are the same on both sides.
	author string
	roots  []string
}

// newPlatform builds and installs the plugin.
func newPlatform(ctx context.Context, w *world.World) (*platform, error) {
	bundle, err := packCallers(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { _ = os.Remove(bundle) }()
	if _, err = w.Admin.InstallPlugin(ctx, bundle); err != nil {
		return nil, err
	}
	if err = w.Admin.EnablePlugin(ctx, callersID); err != nil {
		return nil, err
	}
	p := &platform{admin: w.Admin}
	if p.channel, err = w.CreatePrivateChannel(ctx, "bench-platform"); err != nil {
		return nil, err
	}
	for _, agent := range w.Agents {
		if _, _, err = w.Admin.Client.AddChannelMember(ctx, p.channel.Id, agent.User.Id); err != nil {
			return nil, errors.WithStack(err)
		}
	}
	bot, _, err := w.Admin.Client.GetUserByUsername(ctx, world.PluginID, "")
	if err != nil {
		return nil, errors.WithStack(err)
	}
	if _, _, err = w.Admin.Client.AddChannelMember(ctx, p.channel.Id, bot.Id); err != nil {
		return nil, errors.WithStack(err)
	}
	p.author = bot.Id
	return p, nil
}

// renew opens as many new threads as msgbot has conversations.
func (p *platform) renew(ctx context.Context, threads int) error {
	p.roots = nil
	for range threads {
		root, err := p.admin.Post(ctx, p.channel.Id, "a thread")
		if err != nil {
			return err
		}
		p.roots = append(p.roots, root.Id)
	}
	return nil
}

// create lets n callers write rounds replies into each of the first threads and returns for each the time from the call to the post's own
// time, in milliseconds.
func (p *platform) create(ctx context.Context, n, rounds, threads int) ([]float64, error) {
	var answer struct {
		ToCreateAt []float64 `json:"to_create_at"`
		Failed     int       `json:"failed"`
	}
	err := p.admin.Call(ctx, http.MethodPost, "/plugins/"+callersID+"/create", map[string]any{
		"user_id": p.author, "channel_id": p.channel.Id, "roots": p.roots[:threads], "rounds": rounds, "callers": n, "text": text,
	}, &answer)
	if err == nil && answer.Failed > 0 {
		err = errors.Errorf("%d posts failed", answer.Failed)
	}
	return answer.ToCreateAt, err
}

// packCallers makes the plugin's bundle for this machine in a temporary file.
func packCallers(ctx context.Context) (string, error) {
	dir, err := os.MkdirTemp("", "msgbot-bench-")
	if err != nil {
		return "", errors.WithStack(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	binary := filepath.Join(dir, "plugin")
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "github.com/msgbot/mattermost-plugin-msgbot/e2e/cmd/bench/callers")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.Wrapf(err, "building the plugin of the platform's limit: %s", out)
	}
	program, err := os.ReadFile(binary)
	if err != nil {
		return "", errors.WithStack(err)
	}
	manifest, err := json.Marshal(model.Manifest{
		Id: callersID, Name: callersID, Version: "1.0.0", Server: &model.ManifestServer{Executable: "plugin"},
	})
	if err != nil {
		return "", errors.WithStack(err)
	}
	return pack(map[string][]byte{"plugin.json": manifest, "plugin": program})
}

func pack(files map[string][]byte) (string, error) {
	var buffer bytes.Buffer
	zipped := gzip.NewWriter(&buffer)
	archive := tar.NewWriter(zipped)
	for name, content := range files {
		err := archive.WriteHeader(&tar.Header{Name: callersID + "/" + name, Mode: 0o755, Size: int64(len(content))})
		if err == nil {
			_, err = archive.Write(content)
		}
		if err != nil {
			return "", errors.WithStack(err)
		}
	}
	if err := errors.WithStack(archive.Close()); err != nil {
		return "", err
	}
	if err := errors.WithStack(zipped.Close()); err != nil {
		return "", err
	}
	file, err := os.CreateTemp("", "msgbot-bench-*.tar.gz")
	if err != nil {
		return "", errors.WithStack(err)
	}
	if _, err = file.Write(buffer.Bytes()); err != nil {
		return "", errors.WithStack(err)
	}
	return file.Name(), errors.WithStack(file.Close())
}
