// Package metrics counts what msgbot does, for Prometheus. No label holds an id of a customer or a text.
package metrics

import (
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/msgbot/mattermost-plugin-msgbot/server/messenger"
)

const namespace = "msgbot"

// latencies in seconds, from a hook's few milliseconds to a queue's minute.
var latencies = []float64{0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60}

// Metrics are the counters of one plugin process.
type Metrics struct {
	registry *prometheus.Registry
	inbound  *prometheus.CounterVec
	outbound *prometheus.CounterVec
	panics   *prometheus.CounterVec
	requests *prometheus.HistogramVec
	took     *prometheus.HistogramVec
}

// New returns metrics of zero.
func New() *Metrics {
	m := &Metrics{
		registry: prometheus.NewRegistry(),
		inbound: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "inbound_total",
			Help: "Updates by messenger, result (done, dropped, quarantined) and reason.",
		}, []string{"messenger", "result", "reason"}),
		outbound: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "outbound_total",
			Help: "Agents' posts by verdict (send, note, hold, skip) and sends by result (sent, error), with reason or error class.",
		}, []string{"messenger", "result", "reason"}),
		panics: prometheus.NewCounterVec(prometheus.CounterOpts{
			Namespace: namespace, Name: "panics_total", Help: "Panics that were caught, by place.",
		}, []string{"where"}),
		requests: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "http_request_seconds", Help: "HTTP requests by route and status.", Buckets: latencies,
		}, []string{"route", "status"}),
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Namespace: namespace, Name: "stage_seconds",
			Help: "Time of a stage: outbound (post created to sent), outbound_call (the call alone).", Buckets: latencies,
		}, []string{"stage"}),
	}
	m.registry.MustRegister(m.inbound, m.outbound, m.panics, m.requests, m.took,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// Inbound counts an update.
func (m *Metrics) Inbound(kind messenger.Kind, result, reason string) {
	m.inbound.WithLabelValues(string(kind), result, reason).Inc()
}

// Outbound counts a verdict or a send.
func (m *Metrics) Outbound(kind messenger.Kind, result, reason string) {
	m.outbound.WithLabelValues(string(kind), result, reason).Inc()
}

// Panic counts a panic that was caught.
func (m *Metrics) Panic(where string) { m.panics.WithLabelValues(where).Inc() }

// Observe records how long a stage took.
func (m *Metrics) Observe(stage string, d time.Duration) {
	m.took.WithLabelValues(stage).Observe(d.Seconds())
}

// Request records an HTTP request by its route's pattern.
func (m *Metrics) Request(route, status string, d time.Duration) {
	m.requests.WithLabelValues(route, status).Observe(d.Seconds())
}

// Handler serves the metrics in Prometheus' text format.
func (m *Metrics) Handler() http.Handler {
	return promhttp.HandlerFor(m.registry, promhttp.HandlerOpts{})
}
