// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusNumerics

/// The numbers of one linear map of a perceptron, in double precision.
struct DenseLayer: Sendable {
  let inputs: Int
  let outputs: Int
  /// [inputs, outputs].
  let weights: [Double]
  let bias: [Double]

  static func all(of model: Perceptron, _ parameters: Buffer<Float>) -> [DenseLayer] {
    let layout = model.layout
    func numbers(_ name: String) -> [Double] {
      layout[name].map { parameters.elements[$0.range].map { Double($0) } } ?? []
    }
    return (1..<model.widths.count).map { k in
      DenseLayer(
        inputs: model.widths[k - 1], outputs: model.widths[k], weights: numbers("layer\(k).weight"),
        bias: numbers("layer\(k).bias"))
    }
  }

  func weight(_ i: Int, _ j: Int) -> Double { weights[i * outputs + j] }

  func value(_ j: Int, _ h: [Double]) -> Double { (0..<inputs).reduce(bias[j]) { $0 + weight($1, j) * h[$1] } }

  /// What output j can be when inputs lie in these ranges; wider by a bound on rounding, (n + 2)·2⁻⁵²·Σ|terms|.
  func range(_ j: Int, _ h: [ClosedRange<Double>]) -> ClosedRange<Double> {
    var (low, high, size) = (bias[j], bias[j], abs(bias[j]))
    for i in 0..<inputs {
      let w = weight(i, j)
      low += w * (w > 0 ? h[i].lowerBound : h[i].upperBound)
      high += w * (w > 0 ? h[i].upperBound : h[i].lowerBound)
      size += abs(w) * max(abs(h[i].lowerBound), abs(h[i].upperBound))
    }
    let slack = Double(inputs + 2) * 0x1p-52 * size
    return low - slack...high + slack
  }
}
