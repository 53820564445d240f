// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics
import Testing

@Suite struct ScaleInvarianceTests {
  private static let layout = Layout([("rows", [3, 8]), ("whole", [4, 6]), ("none", [2, 5]), ("vector", [7])])

  /// Parameters and a gradient that is orthogonal to them row by row, as a whole, or not at all.
  private static func case_(_ seed: UInt64) -> (parameters: [Float], gradient: [Float]) {
    var random = RandomStream(seed: seed)
    let parameters = (0..<layout.count).map { _ in Float(random.normal()) }
    var gradient = (0..<layout.count).map { _ in Float(random.normal()) }
    func orthogonalize(_ range: Range<Int>) {
      var (inner, square) = (0.0, 0.0)
      for i in range {
        inner += Double(parameters[i]) * Double(gradient[i])
        square += Double(parameters[i]) * Double(parameters[i])
      }
      for i in range { gradient[i] -= Float(inner / square * Double(parameters[i])) }
    }
    for slot in layout.slots {
      switch slot.name {
      case "rows": for k in 0..<3 { orthogonalize(slot.offset + 8 * k..<slot.offset + 8 * (k + 1)) }
      case "whole", "vector": orthogonalize(slot.range)
      default: for i in slot.range { gradient[i] = parameters[i] + 0.1 * gradient[i] }
      }
    }
    return (parameters, gradient)
  }

  @Test(arguments: UInt64(1)...5) func theViewsAreThose(_ seed: UInt64) {
    let (parameters, gradient) = Self.case_(seed)
    let views = ScaleInvariance().views(of: parameters.span, gradient: gradient.span, layout: Self.layout)
    #expect(views == [.rows, .whole, .none, .none])
    let deaf = ScaleInvariance(threshold: 0).views(of: parameters.span, gradient: gradient.span, layout: Self.layout)
    #expect(deaf == [.none, .none, .none, .none])
  }

  /// A step is orthogonal to the weights of a view exactly where the test says so.
  @Test(arguments: UInt64(1)...5) func theRulesProjectWhereTheTestPasses(_ seed: UInt64) {
    let (parameters, gradient) = Self.case_(seed)
    func moved(_ rule: some UpdateRule) -> [Double] {
      var (state, point) = (rule.start(Self.layout), parameters)
      var span = point.mutableSpan
      rule.update(
        &span, gradient: gradient.span, state: &state, layout: Self.layout, context: StepContext(step: 1))
      return zip(point, parameters).map { Double($0 - $1) }
    }
    var (sgdp, adamp) = (SGDP(), AdamP())
    (sgdp.decay, adamp.decay) = (0, 0)
    (sgdp.rate, adamp.rate) = (1, 1)
    #expect(sgdp.invariance == adamp.invariance)
    let views = adamp.invariance.views(of: parameters.span, gradient: gradient.span, layout: Self.layout)
    func cosine(_ step: [Double], _ range: Range<Int>) -> Double {
      var (inner, a, b) = (0.0, 0.0, 0.0)
      for i in range {
        inner += step[i] * Double(parameters[i])
        a += step[i] * step[i]
        b += Double(parameters[i]) * Double(parameters[i])
      }
      return abs(inner) / (a * b).squareRoot()
    }
    // The step of Adam is no multiple of the gradient: without projection it is not orthogonal.
    for (slot, view) in zip(Self.layout.slots, views) {
      let whole = cosine(moved(adamp), slot.range)
      switch view {
      case .rows:
        for k in 0..<3 { #expect(cosine(moved(adamp), slot.offset + 8 * k..<slot.offset + 8 * (k + 1)) < 1e-5) }
      case .whole: #expect(whole < 1e-5)
      case .none: if slot.name == "none" { #expect(whole > 0.1 && cosine(moved(sgdp), slot.range) > 0.1) }
      }
    }
  }
}
