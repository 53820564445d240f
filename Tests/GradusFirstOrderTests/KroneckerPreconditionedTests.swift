// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNumerics
import Testing

/// Rules behind Kronecker-factored curvature against a plain reference program.
@Suite struct KroneckerPreconditionedTests {
  struct Golden: Decodable {
    struct Tensor: Decodable {
      var name: String
      var shape: [Int]
    }
    var steps: Int
    var rate: Double
    var every: Int
    var refresh: Int
    var share: Double
    var tensors: [Tensor]
    var rules: [String: [Double]]
    var layout: Layout { Layout(tensors.map { ($0.name, $0.shape) }) }
  }

  static let golden: Golden? = {
    let tests = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    let path = tests.appending(path: "GoldenTests/Golden/kronecker-rules.json")
    return (try? Data(contentsOf: path)).flatMap { try? JSONDecoder().decode(Golden.self, from: $0) }
  }()

  private typealias Descent = Elementwise<LearningRate>
  private typealias Rule = KroneckerPreconditioned<Descent>

  private static func numbers(_ offset: Int, _ count: Int, _ t: Int) -> Buffer<Float> {
    Buffer((0..<count).map { Float(MatrixRuleTests.noise(offset + $0, t)) })
  }

  private static func signals(_ t: Int) -> [ProductSignals] {
    [
      ProductSignals(
        weights: "first.weight", bias: "first.bias", isTransposed: false, examples: 14, inputCount: 4, outputCount: 3,
        inputs: numbers(1000, 56, t), signals: numbers(2000, 42, t)),
      ProductSignals(
        weights: "second", bias: nil, isTransposed: true, examples: 8, inputCount: 5, outputCount: 3,
        inputs: numbers(3000, 80, t), signals: numbers(4000, 48, t)),
    ]
  }

  private static func run(
    _ rule: Rule, _ layout: Layout, _ range: ClosedRange<Int>, from parameters: [Float]? = nil,
    _ memory: Rule.State? = nil
  ) -> ([Float], Rule.State) {
    var parameters = parameters ?? MatrixRuleTests.start(layout.count)
    var state = memory ?? rule.start(layout)
    for t in range {
      if rule.wantsSignals(at: t) { rule.hear(signals(t), state: &state, layout: layout) }
      let gradient = numbers(0, layout.count, t).elements
      var span = parameters.mutableSpan
      rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: t))
    }
    return (parameters, state)
  }

  private static func rule(_ golden: Golden, _ name: String) -> Rule {
    let isLimited = name.hasSuffix("limited")
    return Rule(
      Elementwise(LearningRate(golden.rate)), name.hasPrefix("ek") ? .corrected : .factored,
      damping: isLimited ? 0.02 : 0.2, share: golden.share, every: golden.every, refresh: golden.refresh,
      limit: isLimited ? 3 : .infinity)
  }

  @Test(arguments: ["k-fac", "ek-fac", "k-fac-limited", "ek-fac-limited"])
  func asTheReference(_ name: String) throws {
    let golden = try #require(Self.golden, "Tests/GoldenTests/Golden/kronecker-rules.json is missing")
    let wanted = try #require(golden.rules[name])
    let (found, _) = Self.run(Self.rule(golden, name), golden.layout, 1...golden.steps)
    for slot in golden.layout.slots {
      let scale = slot.range.reduce(1e-300) { max($0, abs(wanted[$1]), abs(cos(0.9 * Double($1)))) }
      let error = slot.range.reduce(0.0) { max($0, abs(Double(found[$1]) - wanted[$1])) } / scale
      #expect(error <= 1e-5, "\(name), \(slot.name): \(error)")
    }
  }

  @Test func savedInTheMiddle() throws {
    let golden = try #require(Self.golden, "Tests/GoldenTests/Golden/kronecker-rules.json is missing")
    let rule = Self.rule(golden, "ek-fac")
    let (whole, _) = Self.run(rule, golden.layout, 1...20)
    let (half, state) = Self.run(rule, golden.layout, 1...9)
    let saved = try JSONDecoder().decode(Rule.State.self, from: JSONEncoder().encode(state))
    #expect(Self.run(rule, golden.layout, 10...20, from: half, saved).0 == whole)
  }

  /// Signals of other tensors, of other sizes or with NaN change nothing; before any the gradient is as it was.
  @Test func whatIsNotUnderstoodIsPassedOver() throws {
    let layout = Layout([("first.weight", [4, 3]), ("first.bias", [3])])
    let rule = Rule(Elementwise(LearningRate(0.1)), every: 1)
    var state = rule.start(layout)
    var strange = Self.signals(1)
    strange[0].inputs.elements[3] = .nan
    rule.hear(strange, state: &state, layout: layout)
    var short = Self.signals(1)[0]
    short.signals.elements.removeLast()
    rule.hear([short], state: &state, layout: layout)
    var parameters = [Float](repeating: 1, count: 15)
    let gradient = [Float](repeating: 0.5, count: 15)
    var span = parameters.mutableSpan
    rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: StepContext(step: 1))
    #expect(parameters.allSatisfy { abs($0 - 0.95) < 1e-6 })
  }
}
