// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusLinearAlgebra
import GradusNumerics

/// Relaxation factors of SOR chosen by a contextual bandit over a sequence of systems (Laplacian of a 10 × 10 grid + cI).
///
///     c = −0.15 + 0.6·B,  B ~ Beta(½, 3/2);   cost = sweeps until ‖r‖ ≤ 1e-8·‖b‖;   20 factors in [1, 1.95]
///
/// Right-hand sides are standard normal. The fixed factors are run on the very sequence that is measured, and the best of
/// them is the baseline: it is tuned in hindsight, which no fixed choice could be. The sharpness of the bandit is chosen on
/// development sequences.
public struct LearningToRelax: AtlasEntry {
  public static let system = "Learning to Relax"
  public static let home = "ChebyshevChooser, TsallisChooser, Overrelaxation"
  public static let scale = AtlasScale(
    paper: "5,000 systems, 40 trials, two shift distributions, SOR and SSOR-preconditioned CG",
    here: "2,000 systems of 100 unknowns, at least 5 seeds, one shift distribution, SOR (fast: 1,400 systems)")
  public static let claims = [
    AtlasClaim(
      "best fixed", "With the shift as context, the bandit needs at most 0.85 of the sweeps of the best fixed factor.",
      metric: "sweeps a system", baseline: "best of the factors 1, 1.2, 1.4, 1.6, 1.8 on the same systems", .atMost,
      0.85),
    AtlasClaim(
      "instance optimal", "It needs at most 1.5 times the sweeps of the best factor of each system.",
      metric: "sweeps a system", baseline: "2/(1 + √(1 − ρ²)) with the Jacobi radius ρ of each system", .atMost, 1.5,
      isSecondary: true),
    AtlasClaim(
      "without context", "Without context, the bandit needs at most 0.35 of the sweeps of Gauss–Seidel.",
      metric: "sweeps a system", baseline: "factor 1", .atMost, 0.35, isSecondary: true),
  ]
  public static let standing = AtlasStanding.holds
  public static let saboteur = AtlasSaboteur.crippled("factors drawn uniformly from the lower half of the grid")

  public init() {}

  private static let width = 10
  private static let arms = (0..<20).map { 1 + 0.95 * Double($0) / 19 }
  private static let fixed = [1, 1.2, 1.4, 1.6, 1.8]
  private static let shifts = -0.15...0.45

  /// The sharpness with the fewest sweeps on development sequences of half the length.
  public func tune(_ trial: AtlasTrial) async throws -> Double {
    let count = trial.size(fast: 700, claim: 1000)
    return try await AtlasTuning.best(of: [1, 10, 100, 1000], repeats: 2, on: trial) { sharpness, random in
      var instances = random.child("instances")
      var draws = random.child("draws")
      var chooser = Self.chooser(sharpness)
      var total = 0.0
      for _ in 0..<count {
        let (shift, b) = Self.instance(&instances)
        let chosen = chooser.choose(context: shift, random: &draws)
        let cost = Self.sweeps(try SplitRows(Self.laplacian(shift: shift)), b, Self.arms[chosen.arm])
        chooser.learn(chosen, cost: cost - 1)
        total += cost
      }
      return total
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Double, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let count = trial.size(fast: 1400, claim: 2000)
    var instances = trial.random.child("instances")
    var draws = trial.random.child("draws")
    var contextual = Self.chooser(tuned)
    var contextFree = TsallisChooser(armCount: Self.arms.count)
    var (relaxed, free, optimal) = (0.0, 0.0, 0.0)
    var fixed = Self.fixed.map { _ in 0.0 }
    for round in 0..<count {
      if round % 16 == 0 { try trial.step(Double(round) / Double(count)) }
      let (shift, b) = Self.instance(&instances)
      let matrix = try SplitRows(Self.laplacian(shift: shift))
      let sweeps = { (omega: Double) in Self.sweeps(matrix, b, omega) }
      switch subject {
      case .system:
        let chosen = contextual.choose(context: shift, random: &draws)
        let cost = sweeps(Self.arms[chosen.arm])
        contextual.learn(chosen, cost: cost - 1)
        relaxed += cost
        let drawn = contextFree.choose(context: shift, random: &draws)
        let paid = sweeps(Self.arms[drawn.arm])
        contextFree.learn(drawn, cost: paid - 1)
        free += paid
      case .saboteur:
        relaxed += sweeps(Self.arms[draws.integer(below: Self.arms.count / 2)])
        free += sweeps(Self.arms[draws.integer(below: Self.arms.count / 2)])
      }
      for (i, omega) in Self.fixed.enumerated() { fixed[i] += sweeps(omega) }
      optimal += sweeps(Self.bestFactor(shift: shift))
    }
    let systems = Double(count)
    return [
      AtlasObservation("best fixed", measured: relaxed / systems, baseline: (fixed.min() ?? .nan) / systems),
      AtlasObservation("instance optimal", measured: relaxed / systems, baseline: optimal / systems),
      AtlasObservation("without context", measured: free / systems, baseline: fixed[0] / systems),
    ]
  }

  private static func chooser(_ sharpness: Double) -> ChebyshevChooser {
    ChebyshevChooser(armCount: arms.count, contexts: shifts, sharpness: sharpness)
  }

  private static func instance(_ random: inout RandomStream) -> (shift: Double, rightHandSide: Vector) {
    let shift = shift(&random)
    return (shift, random.normals(width * width))
  }

  /// −0.15 + 0.6·B with B = z₁²/(z₁² + z₂² + z₃² + z₄²), which has the distribution Beta(½, 3/2).
  private static func shift(_ random: inout RandomStream) -> Double {
    let squares = (0..<4).map { _ in
      let z = random.normal()
      return z * z
    }
    return -0.15 + 0.6 * squares[0] / squares.reduce(0, +)
  }

  private static func laplacian(shift: Double) -> SparseMatrix {
    var entries: [(row: Int, column: Int, value: Double)] = []
    for i in 0..<width {
      for j in 0..<width {
        let k = i * width + j
        entries.append((k, k, 4 + shift))
        if i > 0 { entries.append((k, k - width, -1)) }
        if i + 1 < width { entries.append((k, k + width, -1)) }
        if j > 0 { entries.append((k, k - 1, -1)) }
        if j + 1 < width { entries.append((k, k + 1, -1)) }
      }
    }
    return SparseMatrix(rowCount: width * width, columnCount: width * width, triplets: entries)
  }

  private static func sweeps(_ matrix: SplitRows, _ b: Vector, _ omega: Double) -> Double {
    var solver = Overrelaxation(rightHandSide: b, relative: 1e-8)
    solver.run(matrix, factor: omega, limit: 20_000)
    return Double(solver.iterations)
  }

  /// Young's factor: the Jacobi matrix of the shifted Laplacian has the radius 4·cos(π/(width + 1))/(4 + c).
  private static func bestFactor(shift: Double) -> Double {
    // cos(π/11) by its series, to the last bit.
    let angle = Double.pi / Double(width + 1)
    var (cosine, term) = (1.0, 1.0)
    for k in 1...12 {
      term *= -angle * angle / Double((2 * k - 1) * (2 * k))
      cosine += term
    }
    let radius = 4 * cosine / (4 + shift)
    return 2 / (1 + (1 - radius * radius).squareRoot())
  }
}
