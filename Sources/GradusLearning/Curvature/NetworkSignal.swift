// SPDX-License-Identifier: Apache-2.0
import GradusFirstOrder
import GradusLinearAlgebra
import GradusNumerics
import GradusTensor
import GradusTrace

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// One product with weights as a walk back met it, in the terms of the model: y = Wᵀa + b.
struct NetworkSignal {
  /// The tensor of W in the model; the bias, where there is one.
  var weights: String
  var bias: String?
  /// Whether W is stored [out, in], as filters are, and not [in, out].
  var isTransposed: Bool
  /// a, one row a position, with a 1 behind where there is a bias.
  var inputs: Matrix
  /// d of each observation's own loss, one row a position.
  var cotangents: Matrix
  /// Observations; their positions follow one another.
  var examples: Int
}

extension NetworkLoss {
  /// Shows every product with weights of a batch whose targets are drawn from the model's own distribution.
  ///
  /// Products whose weights are no parameters themselves are passed over.
  func forEachSignal(
    _ point: Buffer<Float>, _ rows: [Int], _ stream: RandomStream, _ body: (NetworkSignal) throws -> Void
  ) throws {
    try withBatch(point, rows) { tape, tensors, scores, targets in
      let names = Dictionary(
        tensors.map { ($0.value.traced.id, $0.key) }, uniquingKeysWith: { first, _ in first })
      let own = try drawn(scores, targets, stream)
      let value = self.loss.mean(of: scores, own)
      let count = Float(self.loss.count(own, rows: scores.shape[0]))
      var signals: [NetworkSignal] = []
      let gradients = try tape.backward(from: value) { signal in
        guard let weights = names[signal.weights.traced.id] else { return }
        let bias = signal.bias.flatMap { names[$0.traced.id] }
        signals.append(
          NetworkSignal(
            weights: weights, bias: bias, isTransposed: signal.operation == "convolution",
            inputs: signal.inputs.matrix(1, withOnes: bias != nil),
            cotangents: signal.cotangents.matrix(Double(count)), examples: rows.count))
      }
      gradients.recycle()
      for signal in signals { try body(signal) }
    }
  }

  /// Labels drawn from softmax of the scores, where the data has one; numbers from a normal distribution around them.
  func drawn(_ scores: TracedTensor, _ targets: BatchTargets, _ stream: RandomStream) throws -> BatchTargets {
    var stream = stream
    let values = try scores.value
    let width = values.shape[-1]
    let numbers = values.doubles
    switch targets {
    case .classes, .distributions:
      let known: TensorIndices? = if case .classes(let labels) = targets { labels } else { nil }
      let labels = (0..<numbers.count / max(1, width)).map { i in
        // A row that does not count in the loss does not count here either.
        if let known, known.values[i] < 0 { return -1 }
        let row = numbers[i * width..<(i + 1) * width]
        let top = row.max() ?? 0
        return stream.categorical(row.map { exp($0 - top) })
      }
      return .classes(TensorIndices(labels))
    case .numbers(_, let standardization):
      let drawn = numbers.map { Float($0 + stream.normal()) }
      return .numbers(scores.tape.constant(Tensor(drawn, values.shape)), standardization)
    }
  }
}

extension Tensor {
  /// The rows times a factor, in double precision, with a column of ones behind them if wanted.
  fileprivate func matrix(_ factor: Double, withOnes: Bool = false) -> Matrix {
    let (n, k) = (shape[0], shape[1])
    let values = doubles
    var matrix = Matrix(rowCount: n, columnCount: withOnes ? k + 1 : k)
    for i in 0..<n {
      for j in 0..<k { matrix[i, j] = factor * values[i * k + j] }
      if withOnes { matrix[i, k] = 1 }
    }
    return matrix
  }
}
