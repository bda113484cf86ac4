// Tests of pluginctl against a stand-in for Mattermost that records its calls.
package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
)

// server answers like Mattermost and notes method, path and credentials of
// every call, in order.
func server(t *testing.T) (url string, calls *[]string) {
	t.Helper()
	calls = &[]string{}
	stub := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*calls = append(*calls, r.Method+" "+r.URL.Path+" "+r.Header.Get("Authorization"))
		switch r.URL.Path {
		case "/api/v4/users/login":
			w.Header().Set("Token", "session")
			_, _ = w.Write([]byte(`{"id":"admin"}`))
		case "/api/v4/plugins":
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"id":"msgbot"}`))
		case "/api/v4/plugins/msgbot/enable", "/api/v4/plugins/msgbot/disable":
			_, _ = w.Write([]byte(`{"status":"OK"}`))
		default:
			w.WriteHeader(http.StatusNotFound)
			_, _ = w.Write([]byte(`{"message":"no such plugin","status_code":404}`))
		}
	}))
	t.Cleanup(stub.Close)
	return stub.URL, calls
}

func environment(t *testing.T, values map[string]string) func(string) string {
	t.Helper()
	values["MM_LOCALSOCKETPATH"] = filepath.Join(t.TempDir(), "no.socket")
	return func(key string) string { return values[key] }
}

func TestEachCommandMakesItsCallsInOrder(t *testing.T) {
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	require.NoError(t, os.WriteFile(bundle, []byte("bundle"), 0o600))
	const (
		upload  = "POST /api/v4/plugins BEARER token"
		enable  = "POST /api/v4/plugins/msgbot/enable BEARER token"
		disable = "POST /api/v4/plugins/msgbot/disable BEARER token"
	)
	for command, test := range map[string]struct{ args, calls []string }{
		"deploy":  {[]string{"deploy", "msgbot", bundle}, []string{upload, enable}},
		"enable":  {[]string{"enable", "msgbot"}, []string{enable}},
		"disable": {[]string{"disable", "msgbot"}, []string{disable}},
		"reset":   {[]string{"reset", "msgbot"}, []string{disable, enable}},
	} {
		t.Run(command, func(t *testing.T) {
			url, calls := server(t)
			env := environment(t, map[string]string{"MM_SERVICESETTINGS_SITEURL": url, "MM_ADMIN_TOKEN": "token"})
			require.NoError(t, run(t.Context(), test.args, env))
			require.Equal(t, test.calls, *calls)
		})
	}
}

func TestWithoutATokenItLogsInFirst(t *testing.T) {
	url, calls := server(t)
	env := environment(t, map[string]string{
		"MM_SERVICESETTINGS_SITEURL": url, "MM_ADMIN_USERNAME": "admin", "MM_ADMIN_PASSWORD": "secret",
	})
	require.NoError(t, run(t.Context(), []string{"enable", "msgbot"}, env))
	require.Equal(t, []string{"POST /api/v4/users/login ", "POST /api/v4/plugins/msgbot/enable BEARER session"}, *calls)
}

func TestABundleOfAnotherPluginIsNotEnabled(t *testing.T) {
	url, calls := server(t)
	bundle := filepath.Join(t.TempDir(), "bundle.tar.gz")
	require.NoError(t, os.WriteFile(bundle, []byte("bundle"), 0o600))
	env := environment(t, map[string]string{"MM_SERVICESETTINGS_SITEURL": url, "MM_ADMIN_TOKEN": "token"})
	require.ErrorContains(t, run(t.Context(), []string{"deploy", "other", bundle}, env), "holds the plugin msgbot")
	require.Len(t, *calls, 1)
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	url, _ := server(t)
	for says, test := range map[string]struct {
		args []string
		env  map[string]string
	}{
		"usage":                      {nil, nil},
		"usage: pluginctl":           {[]string{"deploy", "msgbot"}, nil},
		"MM_SERVICESETTINGS_SITEURL": {[]string{"enable", "msgbot"}, map[string]string{}},
		"MM_ADMIN_PASSWORD":          {[]string{"enable", "msgbot"}, map[string]string{"MM_SERVICESETTINGS_SITEURL": url, "MM_ADMIN_USERNAME": "admin"}},
		"no such plugin":             {[]string{"enable", "other"}, map[string]string{"MM_SERVICESETTINGS_SITEURL": url, "MM_ADMIN_TOKEN": "token"}},
	} {
		t.Run(says, func(t *testing.T) {
			if test.env == nil {
				test.env = map[string]string{}
			}
			require.ErrorContains(t, run(t.Context(), test.args, environment(t, test.env)), says)
		})
	}
}
