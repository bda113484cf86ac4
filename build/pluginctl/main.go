// Command pluginctl drives the plugin on a running Mattermost while one
// develops it:
//
//	pluginctl deploy ID BUNDLE   uploads the bundle over an older one and enables it
//	pluginctl enable ID
//	pluginctl disable ID
//	pluginctl reset ID           disables and enables
//
// It speaks to the local-mode socket if there is one (MM_LOCALSOCKETPATH, by
// default Mattermost's own place), else to MM_SERVICESETTINGS_SITEURL with
// MM_ADMIN_TOKEN or with MM_ADMIN_USERNAME and MM_ADMIN_PASSWORD.
package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

const (
	defaultSocket = "/var/tmp/mattermost_local.socket"
	timeout       = 2 * time.Minute
	usage         = "usage: pluginctl deploy ID BUNDLE | enable ID | disable ID | reset ID"
)

func main() {
	ctx, cancel := context.WithTimeout(context.Background(), timeout)
	err := run(ctx, os.Args[1:], os.Getenv)
	cancel()
	if err != nil {
		fmt.Fprintln(os.Stderr, "pluginctl:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, env func(string) string) error {
	action, err := parse(args)
	if err != nil {
		return err
	}
	client, err := connect(ctx, env)
	if err != nil {
		return err
	}
	return action(ctx, client)
}

// action is one command, ready to be carried out.
type action func(context.Context, *model.Client4) error

func parse(args []string) (action, error) {
	actions := map[string]struct {
		arguments int
		do        func(ctx context.Context, client *model.Client4, args []string) error
	}{
		"deploy":  {2, deploy},
		"enable":  {1, enable},
		"disable": {1, disable},
		"reset":   {1, reset},
	}
	if len(args) == 0 {
		return nil, errors.New(usage)
	}
	command, known := actions[args[0]]
	if !known || len(args)-1 != command.arguments {
		return nil, errors.New(usage)
	}
	return func(ctx context.Context, client *model.Client4) error { return command.do(ctx, client, args[1:]) }, nil
}

// connect returns a client that may manage plugins.
func connect(ctx context.Context, env func(string) string) (*model.Client4, error) {
	socket := env("MM_LOCALSOCKETPATH")
	if socket == "" {
		socket = defaultSocket
	}
	if _, err := os.Stat(socket); err == nil {
		return model.NewAPIv4SocketClient(socket), nil
	}

	site := env("MM_SERVICESETTINGS_SITEURL")
	if site == "" {
		return nil, errors.Errorf("no local-mode socket at %s and MM_SERVICESETTINGS_SITEURL is not set", socket)
	}
	client := model.NewAPIv4Client(site)
	if token := env("MM_ADMIN_TOKEN"); token != "" {
		client.SetToken(token)
		return client, nil
	}
	username, password := env("MM_ADMIN_USERNAME"), env("MM_ADMIN_PASSWORD")
	if username == "" || password == "" {
		return nil, errors.New("set MM_ADMIN_TOKEN, or MM_ADMIN_USERNAME and MM_ADMIN_PASSWORD")
	}
	_, _, err := client.Login(ctx, username, password)
	return client, errors.Wrapf(err, "log in as %s", username)
}

func deploy(ctx context.Context, client *model.Client4, args []string) error {
	bundle, err := os.Open(args[1])
	if err != nil {
		return errors.Wrap(err, "open the bundle")
	}
	defer func() { _ = bundle.Close() }()

	manifest, _, err := client.UploadPluginForced(ctx, bundle)
	if err != nil {
		return errors.Wrap(err, "upload the bundle")
	}
	if manifest.Id != args[0] {
		return errors.Errorf("%s holds the plugin %s, not %s", args[1], manifest.Id, args[0])
	}
	return enable(ctx, client, args)
}

func enable(ctx context.Context, client *model.Client4, args []string) error {
	_, err := client.EnablePlugin(ctx, args[0])
	return errors.Wrap(err, "enable the plugin")
}

func disable(ctx context.Context, client *model.Client4, args []string) error {
	_, err := client.DisablePlugin(ctx, args[0])
	return errors.Wrap(err, "disable the plugin")
}

func reset(ctx context.Context, client *model.Client4, args []string) error {
	if err := disable(ctx, client, args); err != nil {
		return err
	}
	return enable(ctx, client, args)
}
