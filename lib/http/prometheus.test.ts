import { expect, it } from 'vitest'
import { prometheusText } from './prometheus.ts'

it('writes families as Prometheus reads them', () => {
  const text = prometheusText([
    {
      name: 'certdesk_enrollments',
      help: 'Enrolments by state.',
      type: 'gauge',
      samples: [
        { labels: { state: 'offered' }, value: 3 },
        { labels: { state: 'a"b\\c\nd' }, value: 0 },
      ],
    },
    { name: 'certdesk_up', help: 'This process.', type: 'gauge', samples: [{ value: 1 }] },
  ])
  expect(text).toBe(
    [
      '# HELP certdesk_enrollments Enrolments by state.',
      '# TYPE certdesk_enrollments gauge',
      'certdesk_enrollments{state="offered"} 3',
      'certdesk_enrollments{state="a\\"b\\\\c\\nd"} 0',
      '# HELP certdesk_up This process.',
      '# TYPE certdesk_up gauge',
      'certdesk_up 1',
      '',
    ].join('\n'),
  )
})
