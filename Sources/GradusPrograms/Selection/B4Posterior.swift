// SPDX-License-Identifier: Apache-2.0

/// The posterior that exactly the solutions of a class are right, and exactly the tests that they pass.
///
///     right solutions pass right tests and fail wrong ones; a wrong solution passes a right test with θ₁, a wrong one with θ₀;
///     solutions are right with θ_x, tests with θ_y;  θ_x, θ_y ~ Beta(α, 1), θ₁ ~ Beta(1, 1), θ₀ ~ Beta(1, β), integrated out:
///
///     ln p = ln B(n_x + α, N − n_x + 1) + ln B(n_y + α, M − n_y + 1)
///          + ln B(S₁ + 1, |E₁| − S₁ + 1) + ln B(S₀ + 1, |E₀| − S₀ + β) + constant
///
/// E₁ and E₀ are the results of the other solutions on the tests that the class passes and fails, S₁ and S₀ their passes.
/// α > 1 favors large classes that pass much; β > 1 says that wrong solutions rarely pass wrong tests.
///
/// **Reference** Chen et al., "B4: Towards Optimal Assessment of Plausible Code Solutions with Plausible Tests" (ASE 2024).
public struct B4Posterior: Sendable, Hashable, Codable {
  public var alpha: Double
  public var beta: Double

  public init(alpha: Double = 10, beta: Double = 10) {
    precondition(alpha > 0 && beta > 0, "parameters of a Beta distribution are positive")
    self.alpha = alpha
    self.beta = beta
  }

  /// ln p of each class, without the constant. Cost: O(N·M) a class for passes by test, once, and O(M) a class.
  public func logPosteriors(_ matrix: PassMatrix, _ classes: [PassMatrix.Class]) -> [Double] {
    let (n, m) = (Double(matrix.solutionCount), Double(matrix.testCount))
    let ayes = (0..<matrix.testCount).map { test in matrix.rows.count { $0[test] } }
    return classes.map { group in
      let size = group.members.count
      let others = n - Double(size)
      var (passedRight, passedWrong) = (0, 0)
      for (test, isPassed) in group.row.enumerated() {
        if isPassed { passedRight += ayes[test] - size } else { passedWrong += ayes[test] }
      }
      let (x, y) = (Double(size), Double(group.passes))
      let (s1, s0) = (Double(passedRight), Double(passedWrong))
      return LogGamma.beta(x + alpha, n - x + 1) + LogGamma.beta(y + alpha, m - y + 1)
        + LogGamma.beta(s1 + 1, others * y - s1 + 1) + LogGamma.beta(s0 + 1, others * (m - y) - s0 + beta)
    }
  }
}
