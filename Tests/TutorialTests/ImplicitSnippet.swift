// SPDX-License-Identifier: Apache-2.0
import Gradus
import Testing

/// The Swift of Documentation/implicit-differentiation.md, word for word: a test of the tools compares them.
@Suite struct ImplicitSnippet {
  @Test func differentiatesARidgeRegression() async throws {
    // tutorial: ridge
    // x*(θ) minimizes ½(x₀ + x₁ − 2)² + ½(x₀ − x₁)² + ½θ|x|², that is x* = (1, 1)·2/(2 + θ).
    let gradient = ParametricFunction.gradient(
      pointCount: 2, parameterCount: 1,
      byPoint: { x, t in [2 * x[0] - 2 + t[0] * x[0], 2 * x[1] - 2 + t[0] * x[1]] },
      byParameters: { x, _ in [0.5 * x.inner(x)] })
    let map = RootMap.stationarity(gradient)
    let derivative = try await ImplicitDerivative(of: map, at: [0.8, 0.8], parameters: [0.5])
    let change = try derivative.push([1]).value  // dx*/dθ = (−0.32, −0.32)
    let slope = try derivative.pull([1, 1]).value  // d(x₀ + x₁)/dθ = −0.64
    print(change, slope, derivative.certificate.warnings)

    // Differences against the map, and against solving again.
    let check = try await ImplicitCheck(map, at: [0.8, 0.8], parameters: [0.5]) { theta in
      Vector(repeating: 2 / (2 + theta[0]), count: 2)
    }
    print(check.violations())
    // tutorial: end
    #expect((change - [-0.32, -0.32]).norm < 1e-8 && abs(slope[0] + 0.64) < 1e-8)
    #expect(derivative.certificate.warnings == [] && check.violations() == [])
    #expect((check.solver ?? 1) < 1e-6)
  }

  @Test func differentiatesAModel() async throws {
    // tutorial: model
    /// Any model as a function of numbers: here the place of a minimum.
    @Sendable func model(_ p: Vector) -> Model {
      let model = Model("goods")
      let x = model.variable("x", from: 0)
      let y = model.variable("y", from: 0)
      model.minimize((x - p[0]) ** 2 + 2 * (y - 1) ** 2)
      model.require(x + y <= 2, "cap")
      return model
    }
    let p: Vector = [3]
    let answer = try await model(p).solve()
    let conditions = try await NonlinearKKT(
      .init(model(p)), at: answer.point, multipliers: answer.duals ?? [], extra: .init(p) { try .init(model($0)) })
    let byData = try await ImplicitDerivative(
      of: conditions, at: conditions.solution, parameters: conditions.parameters)
    let gradient = try byData.pull([1, 0, 0]).value  // x = (2·side − 2 + p)/3
    print(gradient[conditions.place(ofSide: 0)], gradient[conditions.place(ofExtra: 0)])
    // tutorial: end
    #expect(abs(gradient[conditions.place(ofSide: 0)] - 2.0 / 3) < 1e-6)
    #expect(abs(gradient[conditions.place(ofExtra: 0)] - 1.0 / 3) < 1e-6)
    #expect(byData.certificate.warnings == [])
  }
}
