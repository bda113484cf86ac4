// Waiting periods, and stage 6: what is said when no agent answered in one.

package autoreply

import "time"

// settleWaiting forgets what was said in an earlier waiting period.
func (x *evaluation) settleWaiting() {
	m := &x.memory
	if !sameTime(m.Waiting, x.facts.WaitingSince) {
		m.Waiting = x.facts.WaitingSince.Round(0).UTC()
		m.AwayInWait, m.FallbackInWait, m.NoAnswerInWait, m.NoAnswerSeen = false, false, false, time.Time{}
	}
	if x.event.Kind == NoAnswerDue && !m.Waiting.IsZero() {
		m.NoAnswerSeen = x.now
	}
}

// sameTime is no more exact than messengers and databases are.
func sameTime(a, b time.Time) bool {
	return a.Sub(b).Abs() < time.Second
}

// finishWaiting begins the period of who waits from now on, and sets its timer.
func (x *evaluation) finishWaiting() {
	m, d := &x.memory, &x.decision
	if m.Waiting.IsZero() && (x.event.Kind == Wrote && !x.answered || d.Handover) {
		m.Waiting = x.toldAt()
	}
	if m.Waiting.IsZero() {
		m.AwayInWait, m.FallbackInWait = false, false
		return
	}
	if !d.Close {
		d.NoAnswerAt = x.nextNoAnswer()
	}
}

// toldAt is the messenger's time of the event, which waiting goes by, even if its clock is ahead of ours.
func (x *evaluation) toldAt() time.Time {
	if x.event.At.IsZero() {
		return x.now
	}
	return x.event.At.Round(0).UTC()
}

// nextNoAnswer is when the next timer of this waiting period runs out, zero for never.
func (x *evaluation) nextNoAnswer() (next time.Time) {
	if x.inGroup() || x.wasAnswered() {
		return next
	}
	for _, i := range x.stages[OnNoAnswer] {
		r := &x.rules[i]
		if r.off() {
			continue
		}
		due, ok := x.dueAt(r)
		if ok && due.After(x.memory.NoAnswerSeen) && (next.IsZero() || due.Before(next)) {
			next = due
		}
	}
	return next
}

// wasAnswered tells whether this waiting period needs no words about it any more: they were said, the customer knows that
// nobody is there, or an agent replied.
func (x *evaluation) wasAnswered() bool {
	m := &x.memory
	return m.AwayInWait || m.NoAnswerInWait || x.facts.LastAgentAt.After(m.Waiting)
}

// dueAt is when so many open minutes have passed since the customer waits, as exact as any store keeps it.
func (x *evaluation) dueAt(r *ranked) (time.Time, bool) {
	due, ok := x.calendar.AddOpen(x.memory.Waiting, time.Duration(r.Trigger.After))
	return due.UTC().Truncate(time.Millisecond), ok
}

// noAnswer is stage 6.
func (x *evaluation) noAnswer() {
	x.stage(OnNoAnswer)
	if x.late && !x.taken {
		x.decision.Silence = SilenceLate
	}
}

func noAnswerTrigger(x *evaluation, _ int, r *ranked) Reason {
	if x.event.Kind != NoAnswerDue || x.memory.Waiting.IsZero() || x.wasAnswered() {
		return ReasonTrigger
	}
	due, ok := x.dueAt(r)
	if !ok || due.After(x.now) {
		return ReasonTrigger
	}
	if x.now.Sub(due) > maxLate {
		x.late = true
		return ReasonTrigger
	}
	return ""
}
