// Which countries have a list of holidays. The lists are the library's, but for Ukraine.

package hours

import (
	"slices"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/rickar/cal/v2/ar"
	"github.com/rickar/cal/v2/at"
	"github.com/rickar/cal/v2/au"
	"github.com/rickar/cal/v2/be"
	"github.com/rickar/cal/v2/bg"
	"github.com/rickar/cal/v2/br"
	"github.com/rickar/cal/v2/ca"
	"github.com/rickar/cal/v2/ch"
	"github.com/rickar/cal/v2/cz"
	"github.com/rickar/cal/v2/de"
	"github.com/rickar/cal/v2/dk"
	"github.com/rickar/cal/v2/es"
	"github.com/rickar/cal/v2/fr"
	"github.com/rickar/cal/v2/gb"
	"github.com/rickar/cal/v2/gr"
	"github.com/rickar/cal/v2/hr"
	"github.com/rickar/cal/v2/ie"
	"github.com/rickar/cal/v2/it"
	"github.com/rickar/cal/v2/jp"
	"github.com/rickar/cal/v2/lt"
	"github.com/rickar/cal/v2/lv"
	"github.com/rickar/cal/v2/mw"
	"github.com/rickar/cal/v2/nl"
	"github.com/rickar/cal/v2/no"
	"github.com/rickar/cal/v2/nz"
	"github.com/rickar/cal/v2/pl"
	"github.com/rickar/cal/v2/ro"
	"github.com/rickar/cal/v2/ru"
	"github.com/rickar/cal/v2/se"
	"github.com/rickar/cal/v2/si"
	"github.com/rickar/cal/v2/sk"
	"github.com/rickar/cal/v2/us"
	"github.com/rickar/cal/v2/za"
)

// countries are the lists by the country's code. Australia has no list of its own, only its states have.
var countries = map[string][]*cal.Holiday{
	"ar": ar.Holidays,
	"at": at.Holidays,
	"au": slices.Concat(au.HolidaysACT, au.HolidaysNSW, au.HolidaysNT, au.HolidaysQLD, au.HolidaysSA, au.HolidaysTAS, au.HolidaysVIC,
		au.HolidaysWA),
	"be": be.Holidays,
	"bg": bg.Holidays,
	"br": br.Holidays,
	"ca": ca.Holidays,
	"ch": ch.Holidays,
	"cz": cz.Holidays,
	"de": de.Holidays,
	"dk": dk.Holidays,
	"es": es.Holidays,
	"fr": fr.Holidays,
	"gb": gb.Holidays,
	"gr": gr.Holidays,
	"hr": hr.Holidays,
	"ie": ie.Holidays,
	"it": it.Holidays,
	"jp": jp.Holidays,
	"lt": lt.Holidays,
	"lv": lv.Holidays,
	"mw": mw.Holidays,
	"nl": nl.Holidays,
	"no": no.Holidays,
	"nz": nz.Holidays,
	"pl": pl.Holidays,
	"ro": ro.Holidays,
	"ru": ru.Holidays,
	"se": se.Holidays,
	"si": si.Holidays,
	"sk": sk.Holidays,
	"ua": ukraine,
	"us": us.Holidays,
	"za": za.Holidays,
}

// weekendOff is article 67 of Ukraine's Labour Code: a holiday on a weekend moves the day off to the day after.
var weekendOff = []cal.AltDay{{Day: time.Saturday, Offset: 2}, {Day: time.Sunday, Offset: 1}}

// ukraine is article 73 of the Labour Code as it stands since 2024. The library's list is older: it lacks 8 May, 15 July
// and 1 October and still has 7 January, 9 May and 14 October.
var ukraine = []*cal.Holiday{
	fixed(time.January, 1, "Новий рік"),
	fixed(time.March, 8, "Міжнародний жіночий день"),
	easter(0, "Великдень"),
	fixed(time.May, 1, "День праці"),
	fixed(time.May, 8, "День пам’яті та перемоги над нацизмом у Другій світовій війні"),
	easter(49, "Трійця"),
	fixed(time.June, 28, "День Конституції України"),
	fixed(time.July, 15, "День Української Державності"),
	fixed(time.August, 24, "День незалежності України"),
	fixed(time.October, 1, "День захисників і захисниць України"),
	fixed(time.December, 25, "Різдво Христове"),
}

func fixed(month time.Month, day int, name string) *cal.Holiday {
	return &cal.Holiday{Name: name, Month: month, Day: day, Observed: weekendOff, Func: cal.CalcDayOfMonth}
}

// easter is a day counted from Easter by the Julian calendar, by which Ukraine's churches keep it.
func easter(days int, name string) *cal.Holiday {
	return &cal.Holiday{Name: name, Offset: days, Julian: true, Observed: weekendOff, Func: cal.CalcEasterOffset}
}
