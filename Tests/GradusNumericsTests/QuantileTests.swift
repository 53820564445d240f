// SPDX-License-Identifier: Apache-2.0
import Foundation
import GradusNumerics
import Testing

@Suite("Normal quantile and logarithm") struct QuantileTests {
  /// scipy.stats.norm.ppf(p)
  @Test(arguments: [
    (1e-300, -37.0470962993612), (1e-20, -9.262340089798409), (1e-05, -4.264890793922825),
    (0.01, -2.3263478740408408), (0.074, -1.4466320671589785), (0.0751, -1.4388253927525403),
    (0.3, -0.5244005127080409), (0.5, 0.0), (0.7, 0.5244005127080407), (0.925, 1.4395314709384563),
    (0.99, 2.3263478740408408), (0.9999999999, 6.361340889697422),
  ])
  func quantile(p: Double, z: Double) {
    #expect(abs(normalQuantile(p) - z) <= 4e-15 * max(1, abs(z)))
  }

  @Test func ends() {
    #expect(normalQuantile(0) == -.infinity)
    #expect(normalQuantile(1) == .infinity)
    #expect(normalQuantile(-0.1).isNaN)
    #expect(normalQuantile(.nan).isNaN)
  }

  @Test func logarithmWithinTwoUlps() {
    var stream = RandomStream(seed: 11)
    for _ in 0..<100_000 {
      let x = Double(bitPattern: stream.next() >> 1)
      guard x.isFinite, x > 0 else { continue }
      let reference = Foundation.log(x)
      #expect(abs(naturalLogarithm(x) - reference) <= 2 * max(reference.ulp, 1e-300), "x = \(x)")
    }
    #expect(naturalLogarithm(1) == 0)
    #expect(naturalLogarithm(0) == -.infinity)
    #expect(naturalLogarithm(-1).isNaN)
    #expect(naturalLogarithm(.infinity) == .infinity)
  }
}
