// Business connections in REST.

package api

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestCase30AnAdminDecidesAboutABusinessConnection(t *testing.T) {
	w := newWorld(t)
	require.JSONEq(t, `{"connections":[
		{"id":"bc/1","user":{"id":"7","name":"Іван `+"`К`"+`","username":"ivan"},"state":"waiting","since":1795356000123}]}`,
		w.as(channelAdmin, "GET", "/api/v1/bots/tg1/business", "").Body.String())
	for verb, state := range map[string]string{"accept": "accepted", "refuse": "refused"} {
		require.JSONEq(t, `{"id":"bc/1","user":{"id":"7","name":"Іван `+"`К`"+`","username":"ivan"},"state":"`+state+`","since":1795356000123}`,
			w.as(channelAdmin, "POST", "/api/v1/bots/tg1/business/bc%2F1/"+verb, "").Body.String())
	}
	require.ElementsMatch(t, []string{"decide tg1 bc/1 true channeladmin", "decide tg1 bc/1 false channeladmin"}, w.calls)
	require.Equal(t, Audit{channelAdmin, w.audits[0].Action, "bc/1", 200}, w.audits[0])
}

func TestAConnectionThatIsNotTheBotsIsNotFound(t *testing.T) {
	for _, path := range []string{"tg1/business/bc2/accept", "vb1/business/bc%2F1/accept", "tg9/business/bc%2F1/refuse", "tg1/business/%00/accept"} {
		w := newWorld(t)
		require.Equal(t, 404, w.as(sysadmin, "POST", "/api/v1/bots/"+path, "").Code, path)
		require.Empty(t, w.calls, path)
	}
}
