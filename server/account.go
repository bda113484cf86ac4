// The Mattermost account that msgbot posts as, and the server's log.

package main

import (
	"os"
	"path/filepath"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
	"github.com/pkg/errors"
)

// ensureBot returns the id of the msgbot user. EnsureBotUser returns the account of a person who happens to have that
// name (tried on Mattermost 11.1): then customers' messages must not appear as his.
func (p *Plugin) ensureBot() (string, error) {
	id, err := p.API.EnsureBotUser(&model.Bot{
		Username: pluginID, DisplayName: pluginID, Description: "Brings customers' messages from Telegram and Viber into threads.",
	})
	if err != nil {
		return "", errors.Wrap(err, "the msgbot user")
	}
	user, appErr := p.API.GetUser(id)
	if appErr != nil {
		return "", errors.Wrap(appErr, "the msgbot user")
	}
	if user == nil || !user.IsBot {
		return "", errors.Errorf("the username %q belongs to a person: rename that account, then enable the plugin again", pluginID)
	}
	if user.LastPictureUpdate == 0 {
		p.setPicture(id)
	}
	return id, nil
}

// setPicture gives the account its avatar; without one it works all the same.
func (p *Plugin) setPicture(userID string) {
	folder, err := p.API.GetBundlePath()
	if err != nil {
		return
	}
	picture, err := os.ReadFile(filepath.Join(folder, "assets", "avatar.png"))
	if err != nil {
		p.API.LogWarn("The avatar cannot be read", "error", err.Error())
		return
	}
	if appErr := p.API.SetProfileImage(userID, picture); appErr != nil {
		p.API.LogWarn("The avatar cannot be set", "error", appErr.Error())
	}
}

// logger is the server's log as the parts want it.
type logger struct{ api plugin.API }

func (l logger) Info(msg string, keyValues ...any)  { l.api.LogInfo(msg, keyValues...) }
func (l logger) Warn(msg string, keyValues ...any)  { l.api.LogWarn(msg, keyValues...) }
func (l logger) Error(msg string, keyValues ...any) { l.api.LogError(msg, keyValues...) }
