// SPDX-License-Identifier: Apache-2.0
import GradusBlackBox
import GradusLinearAlgebra
import GradusNumerics

/// Relaxation factors of SOR chosen by a contextual bandit over a sequence of systems (Laplacian of a 10 × 10 grid + cI).
///
///     c = −0.15 + 0.6·B,  B ~ Beta(½, 3/2);   cost = sweeps until ‖r‖ ≤ 1e-8·‖b‖;   20 factors in [1, 1.95]
///
/// Right-hand sides are standard normal. The fixed factors are run on the very sequence that is measured, and the best of
/// them is the baseline: it is tuned in hindsight, which no fixed choice could be. Beside that, shifts with
/// B ~ Beta(2, 6), and the factor of SSOR beside conjugate gradients, on sequences of their own. The sharpness of the
/// bandit is chosen on development sequences.
public struct LearningToRelax: AtlasEntry {
  public static let system = "Learning to Relax"
  public static let home = "ChebyshevChooser, TsallisChooser, Overrelaxation"
  public static let scale = AtlasScale(
    paper: "5,000 systems, 40 trials, two shift distributions, SOR and SSOR-preconditioned CG",
    here:
      "2,000 systems of 100 unknowns, at least 5 seeds, two shift distributions, SOR and SSOR-preconditioned CG "
      + "(fast: 300 and 100)"
  )
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
    AtlasClaim(
      "narrow shifts",
      "With shifts of a third of the variance, it needs at most 0.95 of the sweeps of the best fixed factor.",
      metric: "sweeps a system", baseline: "best of the factors 1, 1.2, 1.4, 1.6, 1.8 on the same systems", .atMost,
      0.95, isSecondary: true),
    AtlasClaim(
      "conjugate gradients",
      "On CG with SSOR, where the factor matters less, it needs at most 1.03 of the iterations of the best fixed factor.",
      metric: "iterations a system", baseline: "best of the factors 1, 1.2, 1.4, 1.6, 1.8 on the same systems", .atMost,
      1.03, isSecondary: true),
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
    let count = trial.size(fast: 150, claim: 1000)
    return try await AtlasTuning.best(of: [1, 10, 100, 1000], repeats: 2, on: trial) { sharpness, random in
      var instances = random.child("instances")
      var draws = random.child("draws")
      var chooser = Self.chooser(sharpness)
      var total = 0.0
      for _ in 0..<count {
        let (shift, b) = Self.instance(&instances, .wide)
        let chosen = chooser.choose(context: shift, random: &draws)
        let cost = try Prepared(Self.laplacian(shift: shift), b, .overrelaxation).iterations(Self.arms[chosen.arm])
        chooser.learn(chosen, cost: cost - 1)
        total += cost
      }
      return total
    }.candidate
  }

  public func measure(
    _ trial: AtlasTrial, tuned: Double, subject: AtlasSubject
  ) async throws -> [AtlasObservation] {
    let count = trial.size(fast: 300, claim: 2000)
    let less = trial.size(fast: 100, claim: 2000)
    let wide = try Self.play(.wide, .overrelaxation, count, tuned, subject, trial, from: 0)
    let narrow = try Self.play(.narrow, .overrelaxation, less, tuned, subject, trial, from: 0.5)
    let gradients = try Self.play(.wide, .conjugateGradients, less, tuned, subject, trial, from: 0.75)
    return [
      AtlasObservation("best fixed", measured: wide.relaxed, baseline: wide.bestFixed),
      AtlasObservation("instance optimal", measured: wide.relaxed, baseline: wide.optimal),
      AtlasObservation("without context", measured: wide.free, baseline: wide.fixed[0]),
      AtlasObservation("narrow shifts", measured: narrow.relaxed, baseline: narrow.bestFixed),
      AtlasObservation("conjugate gradients", measured: gradients.relaxed, baseline: gradients.bestFixed),
    ]
  }

  /// Whose factor is chosen.
  private enum Solver { case overrelaxation, conjugateGradients }

  /// How the shifts are drawn: B ~ Beta(½, 3/2), or Beta(2, 6), which has the same mean and a third of the variance.
  private enum Shifts: Int { case wide = 1, narrow = 4 }

  /// Iterations a system over one sequence.
  private struct Figures {
    var (relaxed, free, optimal) = (0.0, 0.0, 0.0)
    var fixed = LearningToRelax.fixed.map { _ in 0.0 }
    var bestFixed: Double { fixed.min() ?? .nan }
  }

  private static func play(
    _ shifts: Shifts, _ solver: Solver, _ count: Int, _ sharpness: Double, _ subject: AtlasSubject, _ trial: AtlasTrial,
    from begin: Double
  ) throws -> Figures {
    let random = solver == .overrelaxation ? trial.random : trial.random.child("conjugate gradients")
    var instances = random.child(shifts == .wide ? "instances" : "narrow instances")
    var draws = random.child(shifts == .wide ? "draws" : "narrow draws")
    var contextual = Self.chooser(sharpness)
    var contextFree = TsallisChooser(armCount: arms.count)
    var figures = Figures()
    for round in 0..<count {
      if round % 16 == 0 { try trial.step(begin + 0.25 * Double(round) / Double(count)) }
      let (shift, b) = instance(&instances, shifts)
      let system = try Prepared(laplacian(shift: shift), b, solver)
      switch subject {
      case .system:
        let chosen = contextual.choose(context: shift, random: &draws)
        let cost = try system.iterations(arms[chosen.arm])
        contextual.learn(chosen, cost: cost - 1)
        figures.relaxed += cost
        let drawn = contextFree.choose(context: shift, random: &draws)
        let paid = try system.iterations(arms[drawn.arm])
        contextFree.learn(drawn, cost: paid - 1)
        figures.free += paid
      case .saboteur:
        figures.relaxed += try system.iterations(arms[draws.integer(below: arms.count / 2)])
        figures.free += try system.iterations(arms[draws.integer(below: arms.count / 2)])
      }
      for (i, omega) in fixed.enumerated() { figures.fixed[i] += try system.iterations(omega) }
      figures.optimal += try system.iterations(bestFactor(shift: shift))
    }
    let systems = Double(count)
    figures.relaxed /= systems
    figures.free /= systems
    figures.optimal /= systems
    figures.fixed = figures.fixed.map { $0 / systems }
    return figures
  }

  /// A system with what is made of its matrix once.
  private struct Prepared {
    let matrix: SparseMatrix
    let rows: SplitRows
    let b: Vector
    let solver: Solver

    init(_ matrix: SparseMatrix, _ b: Vector, _ solver: Solver) throws {
      self.matrix = matrix
      rows = try SplitRows(matrix)
      self.b = b
      self.solver = solver
    }

    /// Until ‖r‖ ≤ 1e-8·‖b‖.
    func iterations(_ omega: Double) throws -> Double {
      switch solver {
      case .overrelaxation:
        var solver = Overrelaxation(rightHandSide: b, relative: 1e-8)
        solver.run(rows, factor: omega, limit: 20_000)
        return Double(solver.iterations)
      case .conjugateGradients:
        var solver = ConjugateGradient(rightHandSide: b, relative: 1e-8)
        solver.run(matrix, preconditioner: try SSORPreconditioner(matrix, factor: omega), limit: 1000)
        return Double(solver.iterations)
      }
    }
  }

  private static func chooser(_ sharpness: Double) -> ChebyshevChooser {
    ChebyshevChooser(armCount: arms.count, contexts: shifts, sharpness: sharpness)
  }

  private static func instance(
    _ random: inout RandomStream, _ shifts: Shifts
  ) -> (shift: Double, rightHandSide: Vector) {
    let shift = shift(&random, shifts)
    return (shift, random.normals(width * width))
  }

  /// −0.15 + 0.6·B with B = (z₁² + … + z_k²)/(z₁² + … + z₄ₖ²), which has the distribution Beta(k/2, 3k/2).
  private static func shift(_ random: inout RandomStream, _ shifts: Shifts) -> Double {
    let squares = (0..<4 * shifts.rawValue).map { _ in
      let z = random.normal()
      return z * z
    }
    return -0.15 + 0.6 * squares[0..<shifts.rawValue].reduce(0, +) / squares.reduce(0, +)
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
