// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Block coordinate descent for f + w·|x|₁ in a box, put together from a partition, a rule of selection and an update.
///
///     p = the least subgradient of F;  Lᵢ = |∂²f/∂xᵢ²| and L_b = |∇²_bb f| at the start
///     select b:   gs max |p_b|²,  gsl max |p_b|²/L_b,  gsq max p_bᵀH_b⁻¹p_b,  gsd max Σ pᵢ²/Lᵢ,
///                 gs-r, gs-q: the longest and the most decreasing proximal step;
///                 cyclic;  random;  lipschitz: random, with probability proportional to L_b
///     update b:   gradient  x_b ← prox(x_b − g_b/L_b), L_b doubled until the quadratic bound holds
///                 matrix, newton  x_b ← P(x_b − t·H_b⁻¹p_b), H_b at the start or at x, t halved until F falls enough
///
/// Blocks are drawn at random, sorted by Lᵢ, clusters of strongly coupled coordinates, greedy forests of the graph of ∇²f,
/// or variable: any `size` coordinates, those with the largest scores. A cluster grows from the coordinate with the largest
/// Lᵢ by the one with the largest Σ Hᵢⱼ²/(LᵢLⱼ) over its members j. A block whose graph is a forest is solved from the
/// leaves to the roots in O(|b|) operations.
/// The last two updates move coordinates within the face on which F is smooth: a coordinate stops at zero or at a side, and
/// one that is held there is left out of the system (two-metric projection). Once the signs and sides of the solution are
/// found, a block that covers its support makes Newton steps.
///
/// After a step the oracle is asked for those entries of ∇f that the block can have changed
/// (`SecondOrderOracle.blockLinearization`): where it knows them to be few, a step costs no whole gradient.
///
/// **Needs** values, gradients and blocks of the Hessian. **Keeps** five vectors and, for gsq and matrix updates on fixed
/// blocks, the matrices of the blocks.
/// **Guarantee** stationary limit points; linear for strongly convex f with greedy, cyclic or random blocks.
/// **Reference** J. Nutini, I. Laradji, M. Schmidt, *Let's Make Block Coordinate Descent Converge Faster*, JMLR 23 (2022).
public struct BlockCoordinateDescent: Catalogued {
  /// How coordinates are put into blocks.
  public enum Partition: String, Sendable, Codable, CaseIterable { case variable, random, sorted, clustered, forest }
  /// Which block is taken next.
  public enum Rule: String, Sendable, Codable, CaseIterable {
    case gsd, gs, gsl, gsq, proxLength = "gs-r", proxDecrease = "gs-q", cyclic, random, lipschitz
  }
  /// What is done with it.
  public enum Update: String, Sendable, Codable, CaseIterable { case newton, matrix, gradient }

  /// How coordinates are put into blocks.
  public var partition = Partition.variable
  /// Which block is taken next.
  public var rule = Rule.gsd
  /// What is done with it.
  public var update = Update.newton
  /// Coordinates in a block; 0 stands for the square root of their number, rounded up. Forests have as many as they hold.
  public var size = 0
  /// w, the weight of |x|₁. The verdict on a solution is about f alone.
  public var weight = 0.0

  public init() {}

  public static let card = Card(
    "block-coordinate-descent", "descent in blocks of coordinates, greedy or not, with gradient or Newton steps",
    guarantee: "stationary limit points, linear for strongly convex f", reference: "Nutini, Laradji & Schmidt 2022",
    trials: [
      Trial("quadratic,n=10", answers: 3_000, value: 1e-8), Trial("ellipsoid,n=10", answers: 100, value: 1e-10),
      Trial("beale", answers: 300, value: 1e-10), Trial("rosenbrock,n=2", answers: 300, value: 1e-10),
    ], rate: .linear)

  public static let settings: [Setting<Self>] = [
    Setting("partition", choice: \.partition, "how coordinates are put into blocks"),
    Setting("rule", choice: \.rule, "which block is taken next"),
    Setting("update", choice: \.update, "what is done with the block"),
    Setting("size", \.size, in: 0...10_000, "coordinates in a block; 0: the square root of n"),
    Setting(
      "weight", \.weight, in: 0...1e12, "weight of the sum of magnitudes that is added to the objective", role: .limit),
  ]

  /// Where in the algorithm the state stands.
  enum Phase: Sendable, Codable {
    /// f and ∇f at the start are wanted.
    case beginning
    /// Blocks of the Hessian at the start are wanted, one after the other.
    case surveying(Int, Survey)
    /// The Hessian of the chosen block is wanted, at this point.
    case curving(at: Vector)
    /// f and ∇f at a trial point are wanted.
    case trying(Trying)
    case ended(Claim)
  }

  /// What the first blocks are asked for.
  enum Survey: Sendable, Codable { case diagonal, graph, blocks }

  /// A step on the chosen block.
  struct Trying: Sendable, Codable {
    /// Entries of the direction for the coordinates of the block; empty for proximal steps.
    var direction: Vector
    var length: Double
    var point: Vector
  }

  /// The point with its gradient, the blocks with their curvatures, and the step under way.
  public struct State: Sendable, Codable {
    var x: Vector
    let origin: Vector
    let part: SeparablePart
    var here: Linearization<Vector>?
    var slopes: Vector = []
    var blocks: [[Int]] = []
    /// Lᵢ, and L_b at the places of the block.
    var diagonal: Vector
    var scales: Vector
    /// By how much L_b was raised.
    var growth: [Double] = []
    var matrices: [SparseMatrix] = []
    var chosen: [Int] = []
    /// Which block that is; 0 where blocks vary.
    var index = 0
    var next = 0
    /// Coordinates of blocks that could not lower F since the last step.
    var isTired: [Bool]
    var random: RandomStream
    var phase = Phase.beginning
    /// Steps that were taken.
    public internal(set) var iterations = 0
  }

  /// At the start, moved into the box.
  public func start(_ problem: BoxConstrained, random: RandomStream) -> State {
    let n = problem.domain.dimension
    let x = problem.domain.projection(of: problem.start ?? .zeros(n))
    let ones = Vector(repeating: 1, count: n)
    return State(
      x: x, origin: x, part: SeparablePart(box: problem.domain, weight: weight), diagonal: ones, scales: ones,
      isTired: [Bool](repeating: false, count: n), random: random)
  }

  /// Gradients at trial points, and the blocks of the Hessian that the parts chosen need.
  public func ask(_ s: inout State) -> BlockCurve? {
    switch s.phase {
    case .beginning: .linearize(s.x)
    case .surveying(let k, _): .block(at: s.origin, of: s.blocks[k])
    case .curving(let point): .block(at: point, of: s.chosen)
    case .trying(let step): .moved(to: step.point, block: s.chosen)
    case .ended: nil
    }
  }

  /// Takes in curvature, or takes or refuses a trial step; then chooses a block.
  public func tell(_ s: inout State, _ answer: consuming BlockCurve.Answer, to question: consuming BlockCurve) {
    switch (s.phase, answer) {
    case (.beginning, .linearization(let here)):
      guard here.value.isFinite, here.gradient.isFinite else {
        s.phase = .ended(.failed)
        return
      }
      arrive(&s, at: s.x, here)
      if case .ended = s.phase { return }
      plan(&s)
    case (.surveying(let k, let survey), .block(let block)): learn(&s, k, survey, block)
    case (.curving, .block(let block)): if !advance(&s, block) { choose(&s) }
    case (.trying(let step), .change(let change)):
      guard let here = s.here else { return }
      judge(&s, step, change.completed(from: here.gradient))
    default: preconditionFailure("the answer does not fit the question of block-coordinate-descent")
    }
  }

  /// The last accepted point with f + w·|x|₁ as value and the norm of its least subgradient as measure.
  public func report(_ s: State) -> Report<Vector> {
    var claim: Claim?
    if case .ended(let end) = s.phase { claim = end }
    return Report(
      point: s.x, value: s.here.map { $0.value + s.part.value(s.x) }, measure: s.here.map { _ in s.slopes.norm },
      claim: claim)
  }

  func arrive(_ s: inout State, at x: Vector, _ here: Linearization<Vector>) {
    s.x = x
    s.here = here
    s.slopes = s.part.slopes(at: x, gradient: here.gradient)
    if s.slopes.norm == 0 { s.phase = .ended(.stationary) }
  }

  /// What is claimed where no block lowers F any more.
  func rest(_ s: State) -> Claim {
    let value = (s.here?.value ?? 0) + s.part.value(s.x)
    return s.slopes.norm <= 1e-6 * max(1, abs(value)) ? .stationary : .stalled
  }
}
