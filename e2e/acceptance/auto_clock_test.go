// The night on which the clock changes, on the real server and by its real clock: the zone is one made for the test, whose
// clock changes while the test looks on.

package acceptance

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/e2e/world"
)

// zoneFolder is where the plugin finds the zones of these tests: Go looks there first (ZONEINFO, package time).
var zoneFolder = filepath.Join(os.TempDir(), fmt.Sprintf("msgbot-zones-%d", os.Getpid()))

// changing is a zone whose clock shows wall, a time of the day, at the instant at, and from then on differs by jump.
func changing(t *testing.T, at time.Time, wall, jump time.Duration) string {
	t.Helper()
	const day = 24 * time.Hour
	offset := (wall - jump - time.Duration(at.Unix()%86400)*time.Second + 2*day) % day
	if offset > day/2 {
		offset -= day
	}
	name := fmt.Sprintf("Test/Change-%d", numbers.Add(1))
	require.NoError(t, os.WriteFile(filepath.Join(zoneFolder, name), zoneFile(at, offset, offset+jump), 0o600))
	return name
}

// zoneFile is the file of a zone with one change (RFC 8536, version 1).
func zoneFile(at time.Time, before, after time.Duration) []byte {
	const names = "BEF\x00AFT\x00"
	var file bytes.Buffer
	file.WriteString("TZif\x00")
	file.Write(make([]byte, 15))
	for _, field := range []any{
		[]uint32{0, 0, 0, 1, 2, uint32(len(names))}, // one change, two kinds of time
		int32(at.Unix()), uint8(1),
		int32(before.Seconds()), uint8(0), uint8(0),
		int32(after.Seconds()), uint8(0), uint8(4),
	} {
		if err := binary.Write(&file, binary.BigEndian, field); err != nil {
			panic(err) // a buffer takes everything
		}
	}
	file.WriteString(names)
	return file.Bytes()
}

func TestAutoSituationTheNightOfTheClockChange(t *testing.T) {
	for name, night := range map[string]struct {
		wall, jump time.Duration // the clock shows wall just after it was changed by jump
		hours      string
		before     string
		after      string
	}{
		"the clock skips the hour in which the team opens": {
			4 * time.Hour, time.Hour, "03:20-18:00", "Відповімо сьогодні о 04:00.", "",
		},
		"the clock repeats the hour in which the team has closed": {
			3 * time.Hour, -time.Hour, "00:00-03:30", "Відповімо завтра о 00:00.", "Відповімо завтра о 00:00.",
		},
		"the clock repeats the hour in which the team has opened": {
			3 * time.Hour, -time.Hour, "03:30-18:00", "", "",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t)
			bot := s.telegram(world.Webhook, nil)
			s.ruled(bot, usualRules()[2])
			var changes time.Time
			for lead := 15 * time.Second; ; lead *= 2 { // on a slow machine the change may come too soon: another one then
				changes = time.Now().Add(lead).Truncate(time.Second)
				s.keeps(bot, daily(changing(t, changes, night.wall, night.jump), night.hours))
				early := s.chatter(bot, "Рано")
				early.customer.Says("Є хто?")
				early.rests()
				if time.Now().Before(changes) {
					early.expects(night.before)
					break
				}
			}
			<-time.After(time.Until(changes))
			late := s.chatter(bot, "Пізно")
			late.customer.Says("Є хто?")
			late.rests()
			late.expects(night.after)
		})
	}
}

// expects requires that this is all he got; empty is nothing.
func (c *chatter) expects(text string) {
	c.Helper()
	if text == "" {
		c.getsNothing()
		return
	}
	c.gets(text)
}
