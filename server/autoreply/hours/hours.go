// Package hours knows when the team behind a bot is open: a week by wall clock, dates that differ from it, and an
// override. It has no clock of its own: every question carries the time it is about. It also reads and writes hours and
// moments as people type them, lists countries' holidays, and says in words when the team opens next.
package hours

import "encoding/json"

// Hours are the business hours of one bot, as they stand in REST. The zero value is "no hours set": always open.
type Hours struct {
	// Zone is the name of a time zone, such as "Europe/Kyiv". It may be empty only where week and dates are.
	Zone string `json:"zone"`
	// Week holds the intervals of each day, by "mon" to "sun". An interval is "09:00-13:00" by wall clock; one that ends
	// before it begins ("22:00-02:00") ends on the next day, and "24:00" is the end of the day. A day that is left out or
	// empty is closed; a week without any interval is open all the time.
	Week map[string][]string `json:"week"`
	// Dates replace the intervals of the day of the week on which they fall.
	Dates []Date `json:"dates"`
	// Override is in force until its time, whatever week and dates say; nil for none.
	Override *Override `json:"override,omitempty"`
	// Version counts the changes, so that an old one can be told.
	Version int64 `json:"version"`
}

// Date is a day with hours of its own, or a closed one.
type Date struct {
	// Date is "2026-12-25", or "--12-25" for every year ("--02-29": in leap years). Where both are given for a day, the
	// one with the year counts.
	Date string `json:"date"`
	// Name is for people, such as "Різдво".
	Name string `json:"name,omitempty"`
	// Hours are intervals as those of a week. Without any the whole date is closed, also to an interval that began the
	// evening before.
	Hours []string `json:"hours,omitempty"`
}

// Override is "open until" or "closed until".
type Override struct {
	Open bool `json:"open"`
	// Until is in Unix milliseconds.
	Until int64 `json:"until"`
}

// MarshalJSON writes an empty week and no dates as {} and [], not as null.
func (h Hours) MarshalJSON() ([]byte, error) {
	type plain Hours
	if h.Week == nil {
		h.Week = map[string][]string{}
	}
	if h.Dates == nil {
		h.Dates = []Date{}
	}
	return json.Marshal(plain(h))
}

// Validate returns a *conversation.FieldError for the first field that is wrong, named by its path ("week.mon[1]",
// "dates[0].date", "zone").
func (h Hours) Validate() error {
	_, err := Compile(h)
	return err
}
