package report

import (
	"fmt"
	"io"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
)

// families collects metrics in the form that the library writes.
type families struct {
	base []*dto.LabelPair // of every series
	list []*family
}

// family is the series of one name.
type family struct {
	of  *families
	dto *dto.MetricFamily
}

func newFamilies(name, value string) *families {
	return &families{base: []*dto.LabelPair{{Name: &name, Value: &value}}}
}

func (f *families) gauge(name, help string) *family {
	return f.family(name, help, dto.MetricType_GAUGE)
}
func (f *families) counter(name, help string) *family {
	return f.family(name, help, dto.MetricType_COUNTER)
}

func (f *families) family(name, help string, kind dto.MetricType) *family {
	m := &family{of: f, dto: &dto.MetricFamily{Name: &name, Help: &help, Type: &kind}}
	f.list = append(f.list, m)
	return m
}

// add adds one series; labels are pairs of name and value.
func (m *family) add(value float64, labels ...string) {
	one := &dto.Metric{Label: append([]*dto.LabelPair{}, m.of.base...)}
	for i := 0; i+1 < len(labels); i += 2 {
		one.Label = append(one.Label, &dto.LabelPair{Name: &labels[i], Value: &labels[i+1]})
	}
	if m.dto.GetType() == dto.MetricType_COUNTER {
		one.Counter = &dto.Counter{Value: &value}
	} else {
		one.Gauge = &dto.Gauge{Value: &value}
	}
	m.dto.Metric = append(m.dto.Metric, one)
}

// write writes the families that have a series.
func (f *families) write(w io.Writer) error {
	for _, m := range f.list {
		if len(m.dto.Metric) == 0 {
			continue
		}
		if _, err := expfmt.MetricFamilyToText(w, m.dto); err != nil {
			return fmt.Errorf("metric %s: %w", m.dto.GetName(), err)
		}
	}
	return nil
}
