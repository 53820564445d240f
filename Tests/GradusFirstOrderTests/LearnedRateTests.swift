// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusFirstOrder
import GradusNumerics
import Testing

/// The learned factor around any rule, and distance over gradients tensor by tensor.
@Suite struct LearnedRateTests {
  static let layout = CombinatorTests.layout

  /// Around AdamW it is `mechanic`, whose Δ is computed from θ₀ and loses digits while the factor is small.
  @Test func aroundAdamWItIsMechanic() throws {
    var mechanic = Mechanic()
    (mechanic.base.decay, mechanic.initial) = (0.05, 0.1)
    let (wanted, _) = try CombinatorTests.run(mechanic)
    let (found, state) = try CombinatorTests.run(Mechanized(mechanic.base, initial: 0.1))
    #expect(zip(found, wanted).allSatisfy { abs($0 - $1) <= 2e-5 * max(1, abs($1)) })
    #expect(state.factor > 0)
    let (other, _) = try CombinatorTests.run(Mechanized(mechanic.base, pull: 0.5, initial: 0.1))
    #expect(zip(other, wanted).contains { abs($0 - $1) > 2e-5 * max(1, abs($1)) })
  }

  /// On ½|x − c|² descent finds its way from a factor of 10⁻⁶, with each of several rules inside.
  @Test func aFactorIsLearnedAroundAnyRule() {
    func miss(_ rule: some UpdateRule, _ steps: Int) -> Double {
      let layout = Layout([("x", [20])])
      let goal = (0..<20).map { Float(sin(Double($0))) }
      var (x, state) = ([Float](repeating: 0, count: 20), rule.start(layout))
      for t in 1...steps {
        let gradient = zip(x, goal).map { $0 - $1 }
        var span = x.mutableSpan
        let context = StepContext(step: t, rateFactor: 1 - Double(t - 1) / Double(steps))
        rule.update(&span, gradient: gradient.span, state: &state, layout: layout, context: context)
      }
      return zip(x, goal).reduce(0.0) { $0 + pow(Double($1.0 - $1.1), 2) }.squareRoot()
    }
    let start = miss(Elementwise(LearningRate(1e-12)), 1)
    #expect(miss(Mechanized(Elementwise(LearningRate(1))), 500) < 0.05 * start)
    var lion = Lion()
    lion.rate = 1
    #expect(miss(Mechanized(lion), 500) < 0.05 * start)
    #expect(miss(Mechanized(Adam()), 500) < 0.1 * start)
  }

  /// Every tensor moves as if it were alone.
  @Test func layersOfDoGAreAlone() throws {
    var rule = DoG()
    (rule.isLayered, rule.initial) = (true, 1e-3)
    let (found, state) = try CombinatorTests.run(rule)
    #expect(state.scalars.count == Self.layout.slots.count)
    var alone = rule
    alone.isLayered = false
    let (whole, _) = try CombinatorTests.run(alone)
    #expect(found != whole)
    let start = UpdateRuleTests.start(Self.layout.count)
    for slot in Self.layout.slots {
      let own = Layout([(slot.name, slot.shape)])
      var (parameters, memory) = (Array(start[slot.range]), alone.start(own))
      for t in 1...12 {
        let gradient = slot.range.map { UpdateRuleTests.gradient($0, t) }
        var span = parameters.mutableSpan
        alone.update(&span, gradient: gradient.span, state: &memory, layout: own, context: StepContext(step: t))
      }
      #expect(Array(found[slot.range]) == parameters, "\(slot.name)")
    }
  }
}
