// SPDX-License-Identifier: Apache-2.0
import GradusNumerics

/// An autoencoder that learns, while a search goes on, in which few numbers the behaviors seen so far differ.
///
///     code = E(o),   minimize |D(E(o)) − o|² over recent observations, standardized coordinate by coordinate
struct BehaviorCode: Sendable, Codable {
  private let network: DenseNetwork
  /// The layer that holds the code.
  private let middle: Int
  private var parameters: [Double]
  private var optimizer: AdamSteps
  private var means: [Double]
  private var scales: [Double]

  init(observations: Int, hidden: Int, code: Int, rate: Double, _ random: inout RandomStream) {
    network = DenseNetwork([observations, hidden, code, hidden, observations], plain: 2)
    middle = 2
    parameters = network.start(&random)
    optimizer = AdamSteps(parameters.count, rate: rate)
    means = [Double](repeating: 0, count: observations)
    scales = [Double](repeating: 1, count: observations)
  }

  /// The code of an observation.
  func code(of observation: Vector) -> [Double] {
    network.layers(standardized(observation), parameters, through: middle)[middle]
  }

  /// The mean square of what the decoder misses: how surprising an observation is.
  func surprise(at observation: Vector) -> Double {
    let x = standardized(observation)
    let made = network.outputs(x, parameters)
    return zip(x, made).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / Double(max(1, x.count))
  }

  /// `passes` over the observations in random order, in batches of 32.
  mutating func learn(_ observations: [Vector], passes: Int, _ random: inout RandomStream) {
    guard let first = observations.first else { return }
    let n = Double(observations.count)
    means = first.indices.map { j in observations.reduce(0) { $0 + $1[j] } / n }
    scales = first.indices.map { j in
      let spread = (observations.reduce(0) { $0 + ($1[j] - means[j]) * ($1[j] - means[j]) } / n).squareRoot()
      return spread > 1e-9 ? spread : 1
    }
    let rows = observations.map(standardized)
    for _ in 0..<passes {
      let order = random.permutation(rows.count)
      for first in stride(from: 0, to: order.count, by: 32) {
        let batch = order[first..<min(first + 32, order.count)]
        var gradient = [Double](repeating: 0, count: parameters.count)
        for i in batch {
          let layers = network.layers(rows[i], parameters)
          let scale = 2 / Double(batch.count * rows[i].count)
          let slope = zip(layers[layers.count - 1], rows[i]).map { scale * ($0 - $1) }
          network.pullBack(slope, layers, parameters, into: &gradient)
        }
        optimizer.step(&parameters, gradient)
      }
    }
  }

  private func standardized(_ observation: Vector) -> [Double] {
    observation.indices.map { (observation[$0] - means[$0]) / scales[$0] }
  }
}
