package lab

// Waiting for a condition instead of sleeping.

import (
	"context"
	"time"

	"github.com/pkg/errors"
)

const (
	patience     = 30 * time.Second
	firstPause   = 10 * time.Millisecond
	longestPause = 200 * time.Millisecond
)

// Eventually asks done again and again, at growing intervals of 10 to 200 ms, until it says true.
// An error of done is not the end: it is kept and becomes part of the error text if time runs out.
// Time runs out with ctx, or after 30 s when ctx has no deadline. what completes the sentence
// "gave up waiting for …".
func Eventually(ctx context.Context, what string, done func() (bool, error)) error {
	if _, limited := ctx.Deadline(); !limited {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, patience)
		defer cancel()
	}

	var last error
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		ok, err := done()
		if ok && err == nil {
			return nil
		}
		if err != nil {
			last = err
		}
		select {
		case <-ctx.Done():
			if last == nil {
				last = ctx.Err()
			}
			return errors.Wrapf(last, "gave up waiting for %s", what)
		case <-time.After(pause):
		}
	}
}
