// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusCore
import GradusFirstOrder
import GradusNative
import GradusNumerics
import Testing

/// Groups, partitions, averages, clipping and projection around any rule.
@Suite struct CombinatorTests {
  static let layout = Layout([("embedding", [4, 3]), ("w1", [3, 5]), ("b1", [5]), ("w2", [5, 2]), ("b2", [2])])

  /// Parameters after some steps, saved and restored in the middle.
  static func run<R: UpdateRule>(_ rule: R, _ layout: Layout = layout, steps: Int = 12) throws -> ([Float], R.State) {
    let start = UpdateRuleTests.start(layout.count)
    let (whole, state) = UpdateRuleTests.run(rule, layout, from: start, 1...steps)
    let (half, saved) = UpdateRuleTests.run(rule, layout, from: start, 1...steps / 2)
    let copy = try JSONDecoder().decode(R.self, from: JSONEncoder().encode(rule))
    let restored = try JSONDecoder().decode(R.State.self, from: JSONEncoder().encode(saved))
    let (rest, _) = UpdateRuleTests.run(copy, layout, from: half, steps / 2 + 1...steps, restored)
    #expect(rest.map(\.bitPattern) == whole.map(\.bitPattern), "\(R.self) goes on elsewhere when it is restored")
    return (whole, state)
  }

  @Test(arguments: [
    ("w*", "w1", true), ("w?", "w1", true), ("w?", "w", false), ("*", "", true), ("*1", "b1", true),
    ("a*b*c", "aXbYbc", true),
    ("a*b*c", "aXbYb", false), ("vectors", "b", false), ("w1", "w1", true), ("w1", "w12", false),
  ])
  func names(_ pattern: String, _ name: String, _ isMeant: Bool) {
    #expect(TensorPattern(pattern).matches(Layout([(name, [2, 2])]).slots[0]) == isMeant)
  }

  @Test func groups() throws {
    var adam = AdamW()
    adam.decay = 0.5
    let rule = try Grouped(
      adam, [.frozen("embedding"), .init("vectors", ["decay": "0"]), .init("w2", ["rate": "0.1", "beta1": "0.5"])])
    let (found, state) = try Self.run(rule)
    #expect(state.count == 4)
    let start = UpdateRuleTests.start(Self.layout.count)
    #expect(found[0..<12] == start[0..<12])
    for (name, change) in [("w1", [:]), ("b1", ["decay": "0"]), ("w2", ["rate": "0.1", "beta1": "0.5"])] {
      let slot = try #require(Self.layout[name])
      var alone = adam
      for (setting, text) in change { try alone.set(setting, text) }
      let (wanted, _) = UpdateRuleTests.run(alone, Self.layout, from: start, 1...12)
      #expect(found[slot.range] == wanted[slot.range], "\(name)")
    }
    #expect(throws: SettingError.unknown("decai", method: "adamw", nearest: "decay")) {
      try Grouped(adam, [.init("w1", ["decai": "0"])])
    }
  }

  /// A rule with sums over all tensors sums over those of its part.
  @Test func partitions() throws {
    let rule = Partitioned("matrices", DoG(), else: Lion())
    let (found, state) = try Self.run(rule)
    #expect(state.first.count == 1 && state.second.count == 2)
    let start = UpdateRuleTests.start(Self.layout.count)
    let (lion, _) = UpdateRuleTests.run(Lion(), Self.layout, from: start, 1...12)
    for name in ["b1", "b2"] {
      let slot = try #require(Self.layout[name])
      #expect(found[slot.range] == lion[slot.range])
    }
    // DoG on the matrices alone, as one buffer.
    let matrices = Self.layout.slots.filter { $0.shape.count > 1 }
    let places = matrices.flatMap { Array($0.range) }
    let own = Layout(matrices.map { ($0.name, $0.shape) })
    var (parameters, memory) = (places.map { start[$0] }, DoG().start(own))
    for t in 1...12 {
      let gradient = places.map { UpdateRuleTests.gradient($0, t) }
      var span = parameters.mutableSpan
      DoG().update(&span, gradient: gradient.span, state: &memory, layout: own, context: StepContext(step: t))
    }
    #expect(places.map { found[$0] } == parameters)
  }

  @Test func averages() throws {
    let rate = 1e-7
    var sgd = SGD()
    sgd.rate = rate
    let start = UpdateRuleTests.start(29)
    let layout = Layout([("w", [29])])
    var points: [[Float]] = []
    for t in 1...12 { points.append(UpdateRuleTests.run(sgd, layout, from: start, 1...t).0) }
    func check(_ kind: Averaged<SGD>.Kind, _ weights: [Double]) throws {
      let rule = Averaged(sgd, kind)
      let (last, state) = try Self.run(rule, layout)
      #expect(last == points[11])
      let reported = rule.evaluationPoint(last.span, state: state, layout: layout)
      let average = try #require(reported)
      let total = weights.reduce(0, +)
      for j in 0..<29 {
        let wanted = zip(points, weights).reduce(0) { $0 + Double($1.0[j]) * $1.1 } / total
        #expect(abs(Double(average[j]) - wanted) <= 1e-5 * max(1, abs(wanted)))
      }
    }
    try check(.polynomial(0), [Double](repeating: 1, count: 12))
    try check(.tail(9), (1...12).map { $0 >= 9 ? 1 : 0 })
    try check(.moving(0.5), (1...12).map { $0 == 1 ? pow(0.5, 11) : pow(0.5, Double(13 - $0)) })
    // Weights like t(t+1)(t+2)(t+3)…: for γ = 3 exactly (t)(t+1)(t+2).
    try check(.polynomial(3), (1...12).map { Double($0 * ($0 + 1) * ($0 + 2)) })
  }

  @Test func clipping() throws {
    let chain = ClipByNorm(2).then(AdamMoments()).then(LearningRate(0.01))
    let (wanted, _) = try Self.run(Elementwise(chain))
    let (found, _) = try Self.run(Clipped(Elementwise(AdamMoments().then(LearningRate(0.01))), length: 2))
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 1e-6 * max(1, abs($1)) })
  }

  @Test func projection() throws {
    var signum = Signum()
    signum.rate = 1
    let (boxed, _) = try Self.run(Projected(signum, to: .box(-0.25, 0.5)))
    #expect(boxed.allSatisfy { (-0.25...0.5).contains($0) })
    #expect(boxed.contains(0.5) && boxed.contains(-0.25))
    let (ball, _) = try Self.run(Projected(signum, to: .ball(1)))
    #expect(ball.reduce(0) { $0 + Double($1) * Double($1) } <= 1)
    let (balls, _) = try Self.run(Projected(signum, to: .balls(1)))
    for slot in Self.layout.slots {
      let square = balls[slot.range].reduce(0) { $0 + Double($1) * Double($1) }
      #expect(square <= 1 && square > 0.99)
    }
  }

  /// Every rule gives the same bits for any number of threads, whatever parts it has.
  @Test(arguments: RuleCatalog.entries.map(\.card.name))
  func threadsChangeNothing(_ name: String) throws {
    func bits(_ rule: some UpdateRule, _ crew: WorkCrew?) -> [UInt32] {
      let layout = Layout([("w", [260, 300]), ("b", [777])])
      var (parameters, state) = (UpdateRuleTests.start(layout.count), rule.start(layout))
      for t in 1...3 {
        let gradient = (0..<layout.count).map { UpdateRuleTests.gradient($0, t) * 1e-3 }
        var span = parameters.mutableSpan
        rule.update(
          &span, gradient: gradient.span, state: &state, layout: layout,
          context: StepContext(step: t, loss: 1, crew: crew))
      }
      return parameters.map(\.bitPattern)
    }
    func check(_ rule: some UpdateRule) {
      let alone = bits(rule, nil)
      #expect(alone == bits(rule, WorkCrew(width: 2)))
      #expect(alone != UpdateRuleTests.start(260 * 300 + 777).map(\.bitPattern))
    }
    check(try RuleCatalog.entry(named: name).open())
  }
}
