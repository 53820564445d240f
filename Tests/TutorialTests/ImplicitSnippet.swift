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
}
