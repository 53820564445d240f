// SPDX-License-Identifier: Apache-2.0
public import GradusCore
import GradusLinearAlgebra
public import GradusNumerics

/// Inputs and signals of the products of the model, for rules that divide by its curvature.
///
/// Cost: a walk there and back without dropout, for targets drawn from the model itself.
extension NetworkLoss: SignalOracle {
  public func signals(at point: Buffer<Float>, of rows: [Int], stream: RandomStream) async throws -> [ProductSignals] {
    try all(point, rows, stream)
  }

  public func immediateSignals(
    at point: Buffer<Float>, of rows: [Int], stream: RandomStream
  ) throws -> [ProductSignals]? { try all(point, rows, stream) }

  private func all(_ point: Buffer<Float>, _ rows: [Int], _ stream: RandomStream) throws -> [ProductSignals] {
    var found: [ProductSignals] = []
    let targets = targetsPerObservation
    try forEachSignal(point, rows, stream) { signal in
      // Of weights that are used twice the last use speaks for both.
      guard !found.contains(where: { $0.weights == signal.weights }) else { return }
      let width = signal.inputs.columnCount - (signal.bias == nil ? 0 : 1)
      found.append(
        ProductSignals(
          weights: signal.weights, bias: signal.bias, isTransposed: signal.isTransposed,
          examples: signal.inputs.rowCount == signal.examples * targets ? signal.inputs.rowCount : signal.examples,

          inputCount: width, outputCount: signal.cotangents.columnCount, inputs: signal.inputs.rowMajor(width),
          signals: signal.cotangents.rowMajor(signal.cotangents.columnCount)))
    }
    return found
  }

  /// Positions with a loss of their own count as observations.
  private var targetsPerObservation: Int {
    switch data.targets {
    case .classes(let labels): labels.count / max(1, data.count)
    case .nextTokens: if case .text(_, let context) = data.inputs { context } else { 1 }
    case .distributions, .numbers, .inputs: 1
    }
  }
}

extension Matrix {
  /// The first columns, row after row.
  fileprivate func rowMajor(_ width: Int) -> Buffer<Float> {
    var numbers = [Float](repeating: 0, count: rowCount * width)
    for j in 0..<width {
      for i in 0..<rowCount { numbers[i * width + j] = Float(self[i, j]) }
    }
    return Buffer(numbers)
  }
}
