package lab

// People on the server: the administrator, agents, and what they do through REST.

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/pkg/errors"
)

// The administrator of every lab, and the password of everybody in it.
const (
	AdminName = "admin"
	Password  = "correct-horse-battery"
)

// Session is a person who is logged in on one server.
type Session struct {
	// Client is Mattermost's own REST client with the session's token.
	Client *model.Client4
	// User is who it is.
	User *model.User
}

// Admin logs the administrator in. On a server without users it makes him first: Mattermost makes
// the first user a system administrator.
func (s *Server) Admin(ctx context.Context) (*Session, error) {
	if session, err := s.Login(ctx, AdminName); err == nil {
		return session, nil
	}
	if _, _, err := model.NewAPIv4Client(s.URL).CreateUser(ctx, person(AdminName)); err != nil {
		return nil, errors.Wrap(err, "creating the administrator")
	}
	return s.Login(ctx, AdminName)
}

// Login logs a user of the lab in.
func (s *Server) Login(ctx context.Context, name string) (*Session, error) {
	client := model.NewAPIv4Client(s.URL)
	user, _, err := client.Login(ctx, name, Password)
	return &Session{Client: client, User: user}, errors.Wrapf(err, "logging in %s", name)
}

// On returns the same session on another node.
func (s *Session) On(node *Server) *Session {
	client := model.NewAPIv4Client(node.URL)
	client.SetToken(s.Client.AuthToken)
	return &Session{Client: client, User: s.User}
}

func person(name string) *model.User {
	return &model.User{Username: name, Email: name + "@example.com", Password: Password}
}

// CreateTeam makes an open team with the session's user in it.
func (s *Session) CreateTeam(ctx context.Context, name string) (*model.Team, error) {
	team, _, err := s.Client.CreateTeam(ctx, &model.Team{Name: name, DisplayName: name, Type: model.TeamOpen})
	return team, errors.Wrapf(err, "creating team %s", name)
}

// CreateChannel makes a public channel with the session's user in it.
func (s *Session) CreateChannel(ctx context.Context, team *model.Team, name string) (*model.Channel, error) {
	channel, _, err := s.Client.CreateChannel(ctx, &model.Channel{
		TeamId: team.Id, Name: name, DisplayName: name, Type: model.ChannelTypeOpen,
	})
	return channel, errors.Wrapf(err, "creating channel %s", name)
}

// CreateAgent makes a user, puts him into the team and the channels, and logs him in. The session
// must be an administrator's.
func (s *Session) CreateAgent(ctx context.Context, name string, team *model.Team, channels ...*model.Channel) (*Session, error) {
	user, _, err := s.Client.CreateUser(ctx, person(name))
	if err != nil {
		return nil, errors.Wrapf(err, "creating user %s", name)
	}
	if _, _, err = s.Client.AddTeamMember(ctx, team.Id, user.Id); err != nil {
		return nil, errors.Wrapf(err, "adding %s to team %s", name, team.Name)
	}
	for _, channel := range channels {
		if _, _, err = s.Client.AddChannelMember(ctx, channel.Id, user.Id); err != nil {
			return nil, errors.Wrapf(err, "adding %s to channel %s", name, channel.Name)
		}
	}
	client := model.NewAPIv4Client(s.Client.URL)
	user, _, err = client.Login(ctx, name, Password)
	return &Session{Client: client, User: user}, errors.Wrapf(err, "logging in %s", name)
}

// StatusError is an answer of 400 or above to Call.
type StatusError struct {
	Status int    // HTTP status code
	Body   []byte // as received
}

func (e *StatusError) Error() string { return fmt.Sprintf("HTTP %d: %s", e.Status, e.Body) }

// Call sends a request to any path of the server, such as "/plugins/msgbot/api/v1/bots". in becomes
// the JSON body unless it is nil, and the JSON answer fills out unless that is nil. An answer of 400
// or above is a *StatusError.
func (s *Session) Call(ctx context.Context, method, path string, in, out any) error {
	var body io.Reader = http.NoBody
	if in != nil {
		text, err := json.Marshal(in)
		if err != nil {
			return errors.Wrap(err, "encoding a request")
		}
		body = bytes.NewReader(text)
	}
	request, err := http.NewRequestWithContext(ctx, method, s.Client.URL+path, body)
	if err != nil {
		return errors.Wrap(err, "making a request")
	}
	request.Header.Set("Authorization", "Bearer "+s.Client.AuthToken)
	request.Header.Set("Content-Type", "application/json")
	answer, err := s.Client.HTTPClient.Do(request)
	if err != nil {
		return errors.Wrapf(err, "%s %s", method, path)
	}
	defer func() { _ = answer.Body.Close() }()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return errors.Wrapf(err, "%s %s", method, path)
	}
	if answer.StatusCode >= http.StatusBadRequest {
		return errors.Wrapf(&StatusError{Status: answer.StatusCode, Body: text}, "%s %s", method, path)
	}
	if out == nil {
		return nil
	}
	return errors.Wrapf(json.Unmarshal(text, out), "answer to %s %s", method, path)
}
