// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
public import GradusNumerics

/// How well the gradients of single observations agree in sign, before any training: a forecast of what a model will reach.
///
///     score = Σₖ |Σᵢ sign(∂ℓ(xᵢ, yᵢ)/∂θₖ)|         k: weights of products and convolutions, i: n observations
///
/// Larger is better, among models on the same observations. Averaged over several starts it ranks candidates of a search.
///
/// **Reference** Z. Zhang & Z. Jia, *GradSign: model performance inference with theoretical insights*, ICLR 2022, eq. 12.
public struct GradSign: Sendable, Hashable {
  /// Starts over which the score is averaged.
  public var starts: Int

  public init(starts: Int = 1) {
    precondition(starts > 0, "a score needs at least one start")
    self.starts = starts
  }

  /// The score of a model on these observations. Cost: one pass of gradients of single observations a start.
  public func score(
    _ loss: NetworkLoss<some Network>, of rows: [Int], stream: RandomStream
  ) throws -> Double {
    var total = 0.0
    // Gains and shifts have one axis: they are not counted.
    let slots = loss.model.layout.slots.filter { $0.shape.count > 1 }
    for start in 0..<starts {
      let point = loss.model.initialParameters(stream.child("start", start))
      let gradients = try loss.perExampleGradients(at: point, of: rows)
      for slot in slots {
        for k in slot.range {
          var votes = 0
          for gradient in gradients {
            let g = gradient.elements[k]
            votes += g > 0 ? 1 : g < 0 ? -1 : 0
          }
          total += Double(abs(votes))
        }
      }
    }
    return total / Double(starts)
  }
}
