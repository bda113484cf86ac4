// A Mattermost server for tests: it behaves as 11.1 does where the desk depends on it.

package desk

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/mattermost/mattermost/server/public/model"
	"github.com/mattermost/mattermost/server/public/plugin"
)

var (
	_ API = plugin.API(nil)
	_ API = (*server)(nil)
)

// Ids of the people and places of the tests.
const (
	botUser     = "msgbotuserid"
	adminUser   = "oksanauserid"
	agentUser   = "annauserid"
	inbox       = "inboxchannelid"
	fallbackIn  = "fallbackchannelid"
	directStart = "direct:"
	replyID     = "replyid"
)

// server keeps posts as the database does: as JSON, so that attachments come back as maps.
type server struct {
	mu        sync.Mutex
	clock     int64
	dead      bool
	muted     map[string]bool            // users who may not write
	fails     map[string]*model.AppError // by method, for each call until removed
	afterSave *model.AppError            // CreatePost fails with it although the post is there
	posts     map[string][]byte
	order     []string
	channels  map[string]*model.Channel
	members   map[string]*model.ChannelMember
	teams     map[string]bool
	users     map[string]*model.User
	reactions map[string][]*model.Reaction
	ephemeral []*model.Post
	cleared   []string
	calls     map[string]int

	files     map[string]*model.FileInfo // deleted ones too: their ids stay given
	contents  map[string][]byte
	uploads   map[string]*model.UploadSession
	unattach  int  // how many files CreatePost and UpdatePost fail to attach from now on
	forgetful bool // contents are counted and not kept
	tokens    []string
}

func newServer() *server {
	s := &server{
		fails: map[string]*model.AppError{}, posts: map[string][]byte{}, members: map[string]*model.ChannelMember{},
		teams: map[string]bool{}, reactions: map[string][]*model.Reaction{}, calls: map[string]int{},
		files: map[string]*model.FileInfo{}, contents: map[string][]byte{}, uploads: map[string]*model.UploadSession{},
		channels: map[string]*model.Channel{
			inbox:      {Id: inbox, TeamId: "teamid", Name: "support", DisplayName: "Support"},
			fallbackIn: {Id: fallbackIn, TeamId: "teamid", Name: "msgbot-fallback"},
		},
		users: map[string]*model.User{
			botUser: {Id: botUser, Username: "msgbot", Locale: "en"},
			adminUser: {Id: adminUser, Username: "oksana", Locale: "uk", Roles: model.SystemAdminRoleId,
				Timezone: model.StringMap{"useAutomaticTimezone": "true", "automaticTimezone": "Europe/Kyiv"}},
			agentUser: {Id: agentUser, Username: "anna", FirstName: "Anna", LastName: "Koval", Locale: "en"},
		},
	}
	s.join(inbox, botUser, false)
	s.put(&model.Post{Id: "joined", ChannelId: inbox, UserId: botUser, Type: model.PostTypeJoinChannel})
	return s
}

// begin counts a call and says how it fails.
func (s *server) begin(method string) (stop bool, err *model.AppError) {
	s.calls[method]++
	if s.dead {
		return true, nil
	}
	err = s.fails[method]
	return err != nil, err
}

func refuse(id string, status int) *model.AppError {
	return model.NewAppError("test", id, nil, "", status)
}

func (s *server) join(channelID, userID string, admin bool) {
	s.members[channelID+userID] = &model.ChannelMember{ChannelId: channelID, UserId: userID, SchemeAdmin: admin}
}

func (s *server) put(p *model.Post) {
	s.clock++
	if p.CreateAt == 0 {
		p.CreateAt = s.clock
	}
	p.UpdateAt = s.clock
	data, err := json.Marshal(p)
	if err != nil {
		panic(err)
	}
	if _, ok := s.posts[p.Id]; !ok {
		s.order = append(s.order, p.Id)
	}
	s.posts[p.Id] = data
}

func (s *server) read(id string) *model.Post {
	data, ok := s.posts[id]
	if !ok {
		return nil
	}
	var p model.Post
	if err := json.Unmarshal(data, &p); err != nil {
		panic(err)
	}
	return &p
}

// answer is a post as CreatePost and UpdatePost return it: its buttons have lost their integrations.
func (s *server) answer(id string) *model.Post {
	p := s.read(id)
	list := p.Attachments()
	for _, a := range list {
		for _, action := range a.Actions {
			action.Integration = nil
		}
	}
	if list != nil {
		p.AddProp(model.PostPropsAttachments, list)
	}
	return p
}

func (s *server) remove(id string) {
	p := s.read(id)
	p.DeleteAt = s.clock
	s.put(p)
	for _, info := range s.files {
		if info.PostId == id {
			info.DeleteAt = s.clock // its files go with it
		}
	}
}

func (s *server) archive(channelID string) { s.channels[channelID].DeleteAt = 77 }

// written are all posts but those made by the test, oldest first.
func (s *server) written() []*model.Post {
	var list []*model.Post
	for _, id := range s.order {
		if p := s.read(id); p.RemoteId != nil {
			list = append(list, p)
		}
	}
	return list
}

func (s *server) GetServerVersion() string {
	if stop, _ := s.begin("GetServerVersion"); stop {
		return ""
	}
	return "11.1.0"
}

func (s *server) CreatePost(p *model.Post) (*model.Post, *model.AppError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop, err := s.begin("CreatePost"); stop {
		return nil, err
	}
	root := s.read(p.RootId)
	switch {
	case p.RemoteId == nil:
		return nil, refuse("app.post.save.existing.app_error", http.StatusBadRequest)
	case p.RootId != "" && (root == nil || root.DeleteAt != 0):
		return nil, refuse("api.post.create_post.root_id.app_error", http.StatusBadRequest)
	case p.RootId != "" && root.ChannelId != p.ChannelId:
		return nil, refuse("api.post.create_post.channel_root_id.app_error", http.StatusInternalServerError)
	case strings.ContainsRune(p.Message, 0) || !utf8.ValidString(p.Message):
		return nil, refuse("app.post.save.app_error", http.StatusInternalServerError)
	case utf8.RuneCountInString(p.Message) > model.PostMessageMaxRunesV2:
		return nil, refuse("model.post.is_valid.message_length.app_error", http.StatusBadRequest)
	case len(p.FileIds) > maxFiles:
		return nil, refuse("model.post.is_valid.file_ids.app_error", http.StatusBadRequest)
	case s.posts[p.Id] != nil:
		return nil, refuse("app.post.save.app_error", http.StatusInternalServerError)
	}
	p.FileIds = s.attached(p, p.FileIds, p.UserId)
	s.put(p)
	if s.afterSave != nil {
		return nil, s.afterSave
	}
	return s.answer(p.Id), nil
}

func (s *server) GetPost(id string) (*model.Post, *model.AppError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop, err := s.begin("GetPost"); stop {
		return nil, err
	}
	if p := s.read(id); p != nil && p.DeleteAt == 0 {
		return p, nil
	}
	return nil, refuse("app.post.get.app_error", http.StatusNotFound)
}

func (s *server) GetPostsBefore(channelID, id string, _, perPage int) (*model.PostList, *model.AppError) {
	if stop, err := s.begin("GetPostsBefore"); stop {
		return nil, err
	}
	list := model.NewPostList()
	from := s.read(id)
	for i := len(s.order) - 1; from != nil && i >= 0 && len(list.Order) < perPage; i-- {
		p := s.read(s.order[i])
		if p.ChannelId == channelID && p.DeleteAt == 0 && p.CreateAt < from.CreateAt {
			list.AddPost(p)
			list.AddOrder(p.Id)
		}
	}
	return list, nil
}

func (s *server) UpdatePost(p *model.Post) (*model.Post, *model.AppError) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if stop, err := s.begin("UpdatePost"); stop {
		return nil, err
	}
	old := s.read(p.Id)
	if old == nil || old.DeleteAt != 0 {
		return nil, refuse("app.post.get.app_error", http.StatusNotFound)
	}
	if s.channels[old.ChannelId] != nil && s.channels[old.ChannelId].DeleteAt != 0 {
		return nil, refuse("api.post.update_post.can_not_update_post_in_deleted.error", http.StatusBadRequest)
	}
	p.EditAt = s.clock
	s.changeFiles(old, p)
	s.put(p)
	return s.answer(p.Id), nil
}

func (s *server) SendEphemeralPost(_ string, p *model.Post) *model.Post {
	s.ephemeral = append(s.ephemeral, p)
	return p
}

func (s *server) DeleteEphemeralPost(_, postID string) { s.cleared = append(s.cleared, postID) }

func (s *server) AddReaction(r *model.Reaction) (*model.Reaction, *model.AppError) {
	if stop, err := s.begin("AddReaction"); stop {
		return nil, err
	}
	p := s.read(r.PostId)
	if p == nil || p.DeleteAt != 0 {
		return nil, refuse("app.post.get.app_error", http.StatusNotFound)
	}
	s.reactions[r.PostId] = append(s.reactions[r.PostId], r)
	s.put(p) // A reaction changes the post's update time.
	return r, nil
}

func (s *server) RemoveReaction(r *model.Reaction) *model.AppError {
	if stop, err := s.begin("RemoveReaction"); stop {
		return err
	}
	var left []*model.Reaction
	for _, have := range s.reactions[r.PostId] {
		if *have != *r {
			left = append(left, have)
		}
	}
	s.reactions[r.PostId] = left
	return nil
}

func (s *server) GetReactions(postID string) ([]*model.Reaction, *model.AppError) {
	_, err := s.begin("GetReactions")
	return s.reactions[postID], err
}

// signs are the names of the reactions on the agent's reply.
func (s *server) signs() []string {
	names := []string{}
	for _, r := range s.reactions[replyID] {
		names = append(names, r.EmojiName)
	}
	return names
}

func (s *server) GetChannel(id string) (*model.Channel, *model.AppError) {
	if stop, err := s.begin("GetChannel"); stop {
		return nil, err
	}
	c, ok := s.channels[id]
	if !ok {
		return nil, refuse("app.channel.get.existing.app_error", http.StatusNotFound)
	}
	return c, nil
}

func (s *server) GetChannelByNameForTeamName(team, name string, _ bool) (*model.Channel, *model.AppError) {
	if stop, err := s.begin("GetChannelByNameForTeamName"); stop {
		return nil, err
	}
	for _, c := range s.channels {
		if team == "acme" && c.Name == name {
			return c, nil
		}
	}
	return nil, refuse("app.channel.get_by_name.missing.app_error", http.StatusNotFound)
}

func (s *server) GetDirectChannel(_, userID string) (*model.Channel, *model.AppError) {
	if stop, err := s.begin("GetDirectChannel"); stop {
		return nil, err
	}
	return &model.Channel{Id: directStart + userID}, nil
}

func (s *server) GetChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	if stop, err := s.begin("GetChannelMember"); stop {
		return nil, err
	}
	m, ok := s.members[channelID+userID]
	if !ok {
		return nil, refuse("app.channel.get_member.missing.app_error", http.StatusNotFound)
	}
	return m, nil
}

func (s *server) AddChannelMember(channelID, userID string) (*model.ChannelMember, *model.AppError) {
	if stop, err := s.begin("AddChannelMember"); stop {
		return nil, err
	}
	if !s.teams[s.channels[channelID].TeamId+userID] {
		return nil, refuse("api.channel.add_user.to.channel.failed.deleted.app_error", http.StatusBadRequest)
	}
	s.join(channelID, userID, false)
	return s.members[channelID+userID], nil
}

func (s *server) CreateTeamMember(teamID, userID string) (*model.TeamMember, *model.AppError) {
	if stop, err := s.begin("CreateTeamMember"); stop {
		return nil, err
	}
	s.teams[teamID+userID] = true
	return &model.TeamMember{TeamId: teamID, UserId: userID}, nil
}

func (s *server) GetUser(id string) (*model.User, *model.AppError) {
	if stop, err := s.begin("GetUser"); stop {
		return nil, err
	}
	u, ok := s.users[id]
	if !ok {
		return nil, refuse("app.user.missing_account.const", http.StatusNotFound)
	}
	return u, nil
}

func (s *server) GetUserByUsername(name string) (*model.User, *model.AppError) {
	if stop, err := s.begin("GetUserByUsername"); stop {
		return nil, err
	}
	for _, u := range s.users {
		if u.Username == name {
			return u, nil
		}
	}
	return nil, refuse("app.user.get_by_username.app_error", http.StatusNotFound)
}

func (s *server) GetUsers(o *model.UserGetOptions) ([]*model.User, *model.AppError) {
	if stop, err := s.begin("GetUsers"); stop {
		return nil, err
	}
	var list []*model.User
	for _, u := range s.users {
		if u.Roles == o.Role {
			list = append(list, u)
		}
	}
	return list, nil
}

func (s *server) HasPermissionToChannel(userID, channelID string, p *model.Permission) bool {
	if p == model.PermissionReadChannelContent {
		_, member := s.members[channelID+userID]
		return member
	}
	return p == model.PermissionCreatePost && !s.muted[userID]
}

func (s *server) HasPermissionTo(userID string, p *model.Permission) bool {
	u, ok := s.users[userID]
	return ok && p == model.PermissionManageSystem && u.Roles == model.SystemAdminRoleId
}
