// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Momentum divided by a running diagonal of the curvature, clipped.
///
///     m ← β₁m + (1 − β₁)g,   θ ← θ − η·( clamp(m/max(γh, ε), ±1) + λθ )
///     every k steps   h ← β₂h + (1 − β₂)ĥ
///
/// ĥ is B times what trainings tell (`CurvatureTrainer`): Hutchinson's estimate (Sophia-H, `curvature=hutchinson`, γ about
/// 0.01) or the Gauss–Newton–Bartlett one (Sophia-G, `curvature=bartlett`, γ about 0.05), with B = `factor` = 1. By default it
/// is B·g² of the rule's own gradient, the empirical Fisher matrix, where B is the observations of a batch. Negative curvature
/// counts as ε. γ is right where a tenth to a half of the coordinates are not clipped.
///
/// **Needs** gradients; diagonals of curvature now and then. **Keeps** two numbers a parameter.
/// **Guarantee** with the exact diagonal: steps that do not grow with the condition of a separable convex f.
/// **Reference** H. Liu, Z. Li, D. Hall, P. Liang, T. Ma, *Sophia: a scalable stochastic second-order optimizer for language
/// model pre-training*, ICLR 2024, algorithm 3.
public struct Sophia: CataloguedRule, FusedRule, CurvatureRule {
  /// η.
  public var rate = 1e-3
  /// β₁.
  public var beta1 = 0.96
  /// β₂.
  public var beta2 = 0.99
  /// γ.
  public var scale = 0.05
  /// ε.
  public var epsilon = 1e-12
  /// λ.
  public var decay = 0.0
  /// k.
  public var every = 10
  /// Where ĥ comes from.
  public var curvature = CurvatureSource.gradient
  /// B.
  public var batch = 1.0

  public init() {}

  public static let card = Card(
    "sophia", "momentum over clipped diagonal curvature",
    guarantee: "steps independent of the condition for separable convex f",
    reference: "Liu et al. 2024", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1e-4)])

  public static let settings: [Setting<Self>] = [
    .rate(\.rate),
    Setting("beta1", \.beta1, in: 0...0.99999, "factor of the average"),
    Setting("beta2", \.beta2, in: 0...0.9999999, "factor of the curvature"),
    Setting("scale", \.scale, in: 1e-12...1e12, "factor of the curvature in the step"),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "least curvature"),
    .decay(\.decay),
    Setting("every", \.every, in: 1...1e9, "steps from one curvature to the next"),
    Setting("curvature", choice: \.curvature, "where curvature comes from"),
    Setting("factor", \.batch, in: 1e-12...1e12, "factor of the squared gradient, or of what is told, as curvature"),
  ]

  /// Curvature is told in trainings alone.
  public static let settingsOfTensors: Set = ["curvature"]

  public var cell: Cell2 { Cell2() }

  public static var memory: [MemoryKind] { [.signed, .signed] }

  /// What the coordinates of a step share.
  public struct Constants: Sendable {
    @usableFromInline var beta1: Float
    @usableFromInline var share1: Float
    @usableFromInline var beta2: Float
    @usableFromInline var share2: Float
    @usableFromInline var hears: Bool
    @usableFromInline var scale: Float
    @usableFromInline var epsilon: Float
    @usableFromInline var decay: Float
    @usableFromInline var rate: Float
  }

  /// The numbers of the settings; whether this step takes curvature from its own gradient.
  public func constants(_ context: StepContext) -> Constants {
    Constants(
      beta1: Float(beta1), share1: Float(1 - beta1), beta2: Float(beta2), share2: Float((1 - beta2) * batch),
      hears: curvature == .gradient && (context.step - 1) % every == 0, scale: Float(scale),
      epsilon: Float(epsilon), decay: Float(decay), rate: Float(-context.rateFactor * rate))
  }

  @inlinable
  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell2, _ c: Constants) {
    cell.first = c.beta1 * cell.first + c.share1 * u
    if c.hears { cell.second = c.beta2 * cell.second + c.share2 * (u * u) }
    let ratio = cell.first / larger(c.scale * cell.second, Lane(repeating: c.epsilon))
    let step = smaller(larger(ratio, Lane(repeating: -1)), Lane(repeating: 1))
    u = c.rate * (step + c.decay * parameter)
  }

  /// The estimate of the settings every k steps; nil where curvature comes from the gradient.
  public func wantedCurvature(at step: Int) -> CurvatureEstimate? {
    (step - 1) % every == 0 ? curvature.estimate : nil
  }

  /// h ← β₂h + (1 − β₂)·B·ĥ.
  public func hear(_ diagonal: Span<Float>, state: inout Cells<Cell2>, layout: Layout) {
    precondition(
      diagonal.count == layout.count && state.count == Lane.number(layout.count),
      "\(diagonal.count) numbers of curvature for a layout of \(layout.count)")
    let (keep, share) = (Float(beta2), Float((1 - beta2) * batch))
    diagonal.withUnsafeBufferPointer { diagonal in
      state.withUnsafeMutableBufferPointer { cells in
        guard let d = diagonal.baseAddress else { return }
        for i in cells.indices {
          cells[i].second = keep * cells[i].second + share * Lane(d, Lane.scalarCount * i, diagonal.count)
        }
      }
    }
  }
}
