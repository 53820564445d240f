// SPDX-License-Identifier: Apache-2.0
// Steps of update rules for other programs: one JSON line in (rule, settings, shape, start, gradients, losses), one out.
import Foundation
import GradusFirstOrder

struct Order: Decodable {
  var rule: String
  var settings: [String: String]
  var shape: [Int]
  var start: [Float]
  var gradients: [[Float]]
  var losses: [Double]
}

func follow(_ rule: some UpdateRule, _ order: Order) -> [Float] {
  let layout = Layout([("w", order.shape)])
  var (parameters, state) = (order.start, rule.start(layout))
  for (k, gradient) in order.gradients.enumerated() {
    var span = parameters.mutableSpan
    rule.update(
      &span, gradient: gradient.span, state: &state, layout: layout,
      context: StepContext(step: k + 1, loss: order.losses[k]))
  }
  return rule.evaluationPoint(parameters.span, state: state, layout: layout) ?? parameters
}

while let line = readLine() {
  let order = try JSONDecoder().decode(Order.self, from: Data(line.utf8))
  let rule = try RuleCatalog.entry(named: order.rule).open(order.settings.map { ($0.key, $0.value) })
  let data = try JSONEncoder().encode(follow(rule, order))
  print(String(decoding: data, as: UTF8.self))
}
