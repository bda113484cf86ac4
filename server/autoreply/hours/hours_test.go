// How hours are written, and what is refused.

package hours

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/msgbot/mattermost-plugin-msgbot/server/conversation"
)

func TestHoursAreTheJSONOfTheContract(t *testing.T) {
	const contract = `{"zone":"Europe/Kyiv","week":{"mon":["09:00-13:00","14:00-18:00"],"fri":["22:00-02:00"]},
		"dates":[{"date":"2026-12-25","name":"Різдво"},{"date":"--01-01"},{"date":"2026-12-31","hours":["09:00-13:00"]}],
		"override":{"open":false,"until":1795356000000},"version":1}`
	var h Hours
	require.NoError(t, json.Unmarshal([]byte(contract), &h))
	require.NoError(t, h.Validate())
	require.Equal(t, &Override{Open: false, Until: 1795356000000}, h.Override)
	again, err := json.Marshal(h)
	require.NoError(t, err)
	require.JSONEq(t, contract, string(again))
}

func TestNoHoursAreWrittenWithoutNull(t *testing.T) {
	text, err := json.Marshal(Hours{})
	require.NoError(t, err)
	require.JSONEq(t, `{"zone":"","week":{},"dates":[],"version":0}`, string(text))
}

func TestWhatIsWrongIsNamedByItsPath(t *testing.T) {
	week := func(day string, intervals ...string) Hours {
		return Hours{Zone: "Europe/Kyiv", Week: map[string][]string{day: intervals}}
	}
	date := func(d ...Date) Hours { return Hours{Zone: "Europe/Kyiv", Dates: d} }
	is := func(problem conversation.Problem, args ...string) *conversation.FieldError {
		return conversation.Wrong("", problem, args...)
	}
	for name, c := range map[string]struct {
		hours Hours
		field string
		want  *conversation.FieldError
	}{
		"a zone nobody knows":          {Hours{Zone: "Mars/Base"}, "zone", is(conversation.ProblemNotZone, "value", "Mars/Base")},
		"the server's own zone":        {Hours{Zone: "Local"}, "zone", is(conversation.ProblemNotZone, "value", "Local")},
		"a zone that is a path":        {Hours{Zone: "../etc/passwd"}, "zone", is(conversation.ProblemNotZone, "value", "../etc/passwd")},
		"a week without a zone":        {Hours{Week: map[string][]string{"mon": {"09:00-18:00"}}}, "zone", is(conversation.ProblemNotZone, "value", "")},
		"a date without a zone":        {Hours{Dates: []Date{{Date: "--01-01"}}}, "zone", is(conversation.ProblemNotZone, "value", "")},
		"a day nobody knows":           {week("Monday", "09:00-18:00"), "week.Monday", is(conversation.ProblemNotOneOf, "value", "Monday", "allowed", "mon, tue, wed, thu, fri, sat, sun")},
		"words":                        {week("mon", "morning"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "morning")},
		"one digit":                    {week("mon", "9:00-18:00"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "9:00-18:00")},
		"a minute too many":            {week("mon", "09:00-18:60"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "09:00-18:60")},
		"after the end of the day":     {week("mon", "09:00-24:01"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "09:00-24:01")},
		"an hour too many":             {week("mon", "09:00-25:00"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "09:00-25:00")},
		"24:00 begins no day":          {week("mon", "24:00-02:00"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "24:00-02:00")},
		"something behind it":          {week("mon", "09:00-18:00 "), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "09:00-18:00 ")},
		"two dashes":                   {week("mon", "09:00-13:00-18:00"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "09:00-13:00-18:00")},
		"digits of another script":     {week("mon", "٠٩:00-18:00"), "week.mon[0]", is(conversation.ProblemNotInterval, "value", "٠٩:00-18:00")},
		"an empty one":                 {week("mon", "09:00-18:00", "20:00-20:00"), "week.mon[1]", is(conversation.ProblemEmptyInterval, "value", "20:00-20:00")},
		"midnight to midnight":         {week("mon", "00:00-00:00"), "week.mon[0]", is(conversation.ProblemEmptyInterval, "value", "00:00-00:00")},
		"overlap":                      {week("mon", "09:00-13:00", "12:59-18:00"), "week.mon[1]", is(conversation.ProblemOverlap, "value", "12:59-18:00", "other", "09:00-13:00")},
		"one inside another":           {week("mon", "10:00-11:00", "09:00-13:00"), "week.mon[1]", is(conversation.ProblemOverlap, "value", "09:00-13:00", "other", "10:00-11:00")},
		"the same twice":               {week("mon", "10:00-11:00", "10:00-11:00"), "week.mon[1]", is(conversation.ProblemOverlap, "value", "10:00-11:00", "other", "10:00-11:00")},
		"two nights of a day":          {week("mon", "22:00-02:00", "23:00-01:00"), "week.mon[1]", is(conversation.ProblemOverlap, "value", "23:00-01:00", "other", "22:00-02:00")},
		"a night that is too long":     {Hours{Zone: "Europe/Kyiv", Week: map[string][]string{"mon": {"00:00-24:00"}, "sun": {"09:00-00:01"}}}, "week.mon[0]", is(conversation.ProblemOverlap, "value", "00:00-24:00", "other", "sun 09:00-00:01")},
		"no such day in any year":      {date(Date{Date: "--02-30"}), "dates[0].date", is(conversation.ProblemNotDate, "value", "--02-30")},
		"no such day in that year":     {date(Date{Date: "--01-01"}, Date{Date: "2026-02-29"}), "dates[1].date", is(conversation.ProblemNotDate, "value", "2026-02-29")},
		"no such month":                {date(Date{Date: "2026-13-01"}), "dates[0].date", is(conversation.ProblemNotDate, "value", "2026-13-01")},
		"a date by dots":               {date(Date{Date: "25.12.2026"}), "dates[0].date", is(conversation.ProblemNotDate, "value", "25.12.2026")},
		"a short date":                 {date(Date{Date: "2026-1-1"}), "dates[0].date", is(conversation.ProblemNotDate, "value", "2026-1-1")},
		"no date":                      {date(Date{}), "dates[0].date", is(conversation.ProblemNotDate, "value", "")},
		"a date twice":                 {date(Date{Date: "2026-01-01"}, Date{Date: "2026-01-01"}), "dates[1].date", is(conversation.ProblemTwice, "value", "2026-01-01")},
		"a yearly date twice":          {date(Date{Date: "--01-01"}, Date{Date: "--01-01"}), "dates[1].date", is(conversation.ProblemTwice, "value", "--01-01")},
		"an interval of a date":        {date(Date{Date: "--01-01", Hours: []string{"09:00-10:00", "x"}}), "dates[0].hours[1]", is(conversation.ProblemNotInterval, "value", "x")},
		"overlap in a date":            {date(Date{Date: "--01-01", Hours: []string{"09:00-12:00", "11:00-13:00"}}), "dates[0].hours[1]", is(conversation.ProblemOverlap, "value", "11:00-13:00", "other", "09:00-12:00")},
		"an override without its time": {Hours{Override: &Override{Open: true}}, "override.until", is(conversation.ProblemNotMoment, "value", "0")},
	} {
		err := c.hours.Validate()
		require.Equal(t, c.want.At(c.field), err, name)
		_, compiled := Compile(c.hours)
		require.Equal(t, err, compiled, name)
	}
}

func TestAnOverlapAcrossMidnightNamesTheIntervalOfTheLaterDay(t *testing.T) {
	h := Hours{Zone: "Europe/Kyiv", Week: map[string][]string{
		"sun": {"09:00-12:00", "22:00-02:00"}, "mon": {"09:00-18:00", "01:00-03:00"},
	}}
	require.Equal(t, conversation.Wrong("week.mon[1]", conversation.ProblemOverlap, "value", "01:00-03:00", "other", "sun 22:00-02:00"), h.Validate())
	h.Week["mon"][1] = "02:00-03:00"
	require.NoError(t, h.Validate(), "they may touch")
}

func TestWhatIsAllowed(t *testing.T) {
	for name, h := range map[string]Hours{
		"nothing":               {},
		"only an override":      {Override: &Override{Until: 1}},
		"an old name of a zone": {Zone: "Europe/Kiev"},
		"a leap day":            {Zone: "UTC", Dates: []Date{{Date: "--02-29"}, {Date: "2028-02-29"}}},
		"a date in both forms":  {Zone: "UTC", Dates: []Date{{Date: "--12-25"}, {Date: "2026-12-25"}}},
		"touching, not in order, whole days, nights": {Zone: "UTC", Week: map[string][]string{
			"mon": {"13:00-18:00", "09:00-13:00"}, "tue": {"00:00-24:00"}, "wed": {"10:00-09:00"}, "thu": {"09:00-00:00"}, "sun": {},
		}},
	} {
		require.NoError(t, h.Validate(), name)
	}
}

func TestADayHasAtMost24IntervalsAndHours400Dates(t *testing.T) {
	var intervals []string
	for i := range 25 {
		intervals = append(intervals, fmt.Sprintf("%02d:%02d-%02d:%02d", i/2, i%2*30, i/2, i%2*30+15))
	}
	var dates []Date
	for i := range 401 {
		dates = append(dates, Date{Date: fmt.Sprintf("%04d-01-01", 2000+i)})
	}
	h := Hours{Zone: "UTC", Week: map[string][]string{"sat": intervals[:24]}, Dates: dates[:400]}
	require.NoError(t, h.Validate())
	h.Dates[0].Hours = intervals
	require.Equal(t, tooMany("dates[0].hours", 25, 24), h.Validate())
	h.Dates = dates
	require.Equal(t, tooMany("dates", 401, 400), h.Validate())
	h.Week["sat"] = intervals
	require.Equal(t, tooMany("week.sat", 25, 24), h.Validate())
}
