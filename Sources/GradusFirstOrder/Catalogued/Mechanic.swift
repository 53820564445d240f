// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusNumerics

/// AdamW under a factor that six gamblers learn.
///
///     Δ = (θ₀ − θ)/(S + ε),   h = ⟨g + λS|g|/(|θ| + ε)·θ, Δ⟩,   S = Σᵢ sᵢ
///     rᵢ ← βᵢrᵢ + sᵢ·clamp(h, ±mᵢ),   mᵢ ← max(βᵢmᵢ, |h| + ε),   vᵢ ← βᵢ²vᵢ + h²,   βᵢ = 1 − 10⁻ⁱ, i = 1 … 6
///     sᵢ ← (s₀·mᵢ/6 + (rᵢ)₊)/(√vᵢ + ε),   θ ← θ₀ − S·(Δ − u),   u the step of AdamW
///
/// This is the form that stores θ₀ instead of Δ. The rate of AdamW is 1 times a schedule: s₀ = 1e-6 makes the first steps.
///
/// **Needs** gradients. **Keeps** three numbers a parameter.
/// **Guarantee** for convex Lipschitz f the regret of AdamW's best factor but for logarithms.
/// **Reference** A. Cutkosky, A. Defazio, H. Mehta, *Mechanic: a learning rate tuner*, NeurIPS 2023.
public struct Mechanic: CataloguedRule, MeasuredRule {
  /// The rule whose factor is learned.
  public var base = AdamW()
  /// λ.
  public var pull = 1e-2
  /// s₀.
  public var initial = 1e-6
  /// ε.
  public var epsilon = 1e-8

  public init() { base.rate = 1 }

  public static let card = Card(
    "mechanic", "AdamW under a learned factor of its rate", guarantee: "optimal but for logarithms, convex Lipschitz",
    reference: "Cutkosky, Defazio & Mehta 2023", trials: [Trial("quadratic,n=10", answers: 20_000, value: 1)])

  public static let settings: [Setting<Self>] = [
    Setting("rate", \.base.rate, in: 1e-12...1e6, "learning rate of AdamW"),
    Setting("beta1", \.base.beta1, in: 0...0.99999, "factor of the first moment"),
    Setting("beta2", \.base.beta2, in: 0...0.9999999, "factor of the second moment"),
    Setting("decay", \.base.decay, in: 0...1e3, "weight decay of AdamW"),
    Setting("pull", \.pull, in: 0...1e3, "weight decay of the factor"),
    Setting("initial", \.initial, in: 1e-30...1e6, "first factor"),
    Setting("epsilon", \.epsilon, in: 1e-30...1e3, "keeps the denominators from zero"),
  ]

  /// θ₀ and the moments.
  public struct Cell: BitwiseCopyable, Sendable {
    var start = Lane.zero
    var moments = Cell2()
  }

  public var cell: Cell { Cell() }

  /// What is remembered once.
  public struct Scalars: Sendable, Codable {
    var gamblers: [Gambler]
  }

  public var scalars: Scalars { Scalars(gamblers: (1...6).map { Gambler(beta: 1 - power(0.1, $0), initial: initial) }) }

  /// What coordinates share in the first pass.
  public struct Beginning: Sendable {
    var isFirst: Bool
  }

  /// What they share in the second.
  public struct Constants: Sendable {
    var base: AdamConstants
    var ratio: Float
    var stake: Float
  }

  /// The numbers of the first pass.
  public func begin(_ context: StepContext, _ s: inout Scalars) -> Beginning {
    Beginning(isFirst: context.step == 1)
  }

  @inline(__always)
  public func measure(_ g: Lane, parameter: Lane, cell: inout Cell, _ c: Beginning, into sums: inout Sums) {
    if c.isFirst { cell.start = parameter }
    let way = cell.start - parameter
    sums.first += product(g, way)
    sums.second += product(parameter, way)
    sums.third += product(g, g)
    sums.fourth += product(parameter, parameter)
  }

  /// The numbers of the step.
  public func decide(_ sums: Sums, _ context: StepContext, _ s: inout Scalars) -> Constants {
    let old = s.gamblers.reduce(0) { $0 + $1.stake } + epsilon
    let pulled = pull * (old - epsilon) * total(sums.third).squareRoot() / (total(sums.fourth).squareRoot() + epsilon)
    let gain = (total(sums.first) + pulled * total(sums.second)) / old
    for i in s.gamblers.indices { s.gamblers[i].hear(gain, initial: initial / 6, epsilon) }
    let stake = s.gamblers.reduce(0) { $0 + $1.stake }
    return Constants(base: base.constants(context), ratio: Float(stake / old), stake: Float(stake))
  }

  @inline(__always)
  public func transform(_ u: inout Lane, parameter: Lane, cell: inout Cell, _ c: Constants) {
    var step = u
    base.transform(&step, parameter: parameter, cell: &cell.moments, c.base)
    u = cell.start - parameter - c.ratio * (cell.start - parameter) + c.stake * step
  }

  /// One of the gamblers.
  public struct Gambler: Sendable, Codable {
    var beta: Double
    var reward = 0.0
    var largest = 0.0
    var square = 0.0
    /// sᵢ.
    var stake: Double

    init(beta: Double, initial: Double) {
      self.beta = beta
      stake = initial
    }

    mutating func hear(_ gain: Double, initial: Double, _ epsilon: Double) {
      let clipped = min(max(gain, -largest), largest)
      largest = max(beta * largest, abs(gain) + epsilon)
      square = beta * beta * square + gain * gain
      reward = beta * reward + clipped * stake
      stake = (initial * largest + max(0, reward)) / (square.squareRoot() + epsilon)
    }
  }
}
