// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// Networks that were trained apart, each with a random function of its own added that is never trained:
///
///     f_k(x) = g(x; θ_k) + g(x; ϑ_k),   θ_k = argmin Σ (f_k(xᵢ) − yᵢ − εᵢₖ)²,      μ = mean_k f_k,   σ² = var_k f_k
///
/// Near observations the trained part makes up for the random one; elsewhere they differ. Adam, minibatches.
///
/// **Reference** I. Osband, J. Aslanides, A. Cassirer, *Randomized prior functions for deep reinforcement learning*,
/// NeurIPS 2018; B. Lakshminarayanan, A. Pritzel, C. Blundell, NIPS 2017, for ensembles.
public struct NeuralEnsemble: PosteriorModel {
  /// The networks and their training.
  public struct Rules: Sendable, Hashable {
    /// Networks.
    public var members = 5
    /// Rectifiers in each of two layers.
    public var width = 32
    /// Steps of Adam, and observations of each.
    public var steps = 300
    public var batch = 16
    public var rate = 0.01
    /// Size of the functions that are not trained.
    public var prior = 0.5
    /// Deviation of ε, in deviations of the values.
    public var noise = 0.01

    public init() {}
  }

  private struct Member: Sendable {
    var trained: [Double]
    var fixed: [Double]
  }

  private let rules: Rules
  private let inputs: NetworkInputs
  private let network: DenseNetwork
  private let scale: StandardValues
  private var members: [Member]
  private var rows: [[Double]]
  private var targets: [[Double]]
  private var random: RandomStream

  /// Trains on observations. `choices`: how many values each category has, 0 for numbers.
  public init(
    _ points: [Vector], _ values: [Double], choices: [Int], rules: Rules = .init(), random: inout RandomStream
  ) {
    precondition(points.count == values.count && !points.isEmpty, "one value for each of some inputs")
    self.rules = rules
    let (inputs, scale) = (NetworkInputs(choices: choices), StandardValues(values))
    self.inputs = inputs
    self.scale = scale
    network = DenseNetwork([inputs.count, rules.width, rules.width, 1])
    rows = points.map { inputs($0) }
    (members, targets) = ([], [])
    self.random = random.child("expectations")
    for k in 0..<rules.members {
      var own = random.child("member", k)
      var member = Member(trained: network.start(&own), fixed: network.start(&own))
      let told = values.map { scale.standard($0) + rules.noise * own.normal() }
      train(&member, told, steps: rules.steps, rate: rules.rate, &own)
      members.append(member)
      targets.append(told)
    }
  }

  private func train(
    _ member: inout Member, _ told: [Double], steps: Int, rate: Double, _ random: inout RandomStream
  ) {
    let n = rows.count
    let rest = rows.indices.map { told[$0] - rules.prior * network.outputs(rows[$0], member.fixed)[0] }
    var adam = AdamSteps(network.parameterCount, rate: rate)
    let batch = min(rules.batch, n)
    for step in 0..<steps {
      // The rate falls to a tenth, so that what is left of the noise of minibatches goes.
      adam.rate = rate * (1 - 0.9 * Double(step) / Double(max(1, steps)))
      var gradient = [Double](repeating: 0, count: network.parameterCount)
      for k in 0..<batch {
        let i = batch < n ? random.integer(below: n) : k
        let layers = network.layers(rows[i], member.trained)
        network.pullBack([2 * (layers[3][0] - rest[i]) / Double(batch)], layers, member.trained, into: &gradient)
      }
      adam.step(&member.trained, gradient)
    }
  }

  private func standard(at x: Vector) -> (mean: Double, variance: Double) {
    let row = inputs(x)
    let all = members.map { network.outputs(row, $0.trained)[0] + rules.prior * network.outputs(row, $0.fixed)[0] }
    let n = Double(all.count)
    let mean = all.reduce(0, +) / n
    return (mean, all.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / max(1, n - 1))
  }

  public func posterior(at x: Vector) -> (mean: Double, variance: Double) {
    let (mean, variance) = standard(at: x)
    return (scale.mean + scale.deviation * mean, scale.deviation * scale.deviation * variance)
  }

  /// Trains all members a little towards their mean there.
  public mutating func expect(at x: Vector) {
    let mean = standard(at: x).mean
    rows.append(inputs(x))
    for k in members.indices {
      targets[k].append(mean)
      var own = random.child("waiting", rows.count * rules.members + k)
      train(&members[k], targets[k], steps: rules.steps / 5, rate: rules.rate / 2, &own)
    }
  }
}
