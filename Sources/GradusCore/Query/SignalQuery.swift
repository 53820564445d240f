// SPDX-License-Identifier: Apache-2.0
public import GradusNumerics

/// What one product with weights, y = Wᵀa + b, is shown and hears back in a batch.
///
/// A row is an observation, or one of its positions; those of an observation follow one another.
public struct ProductSignals: Sendable, Codable {
  /// The tensor of W in the model; the bias, where there is one.
  public var weights: String
  public var bias: String?
  /// Whether W is stored [out, in], as filters are, and not [in, out].
  public var isTransposed: Bool
  /// Observations.
  public var examples: Int
  /// Numbers in a row of inputs, without the 1 that a bias stands for, and of signals.
  public var inputCount: Int
  public var outputCount: Int
  /// a, row after row.
  public var inputs: Buffer<Float>
  /// d: the gradient of each observation's own loss by y, row after row.
  public var signals: Buffer<Float>

  public init(
    weights: String, bias: String?, isTransposed: Bool, examples: Int, inputCount: Int, outputCount: Int,
    inputs: Buffer<Float>, signals: Buffer<Float>
  ) {
    self.weights = weights
    self.bias = bias
    self.isTransposed = isTransposed
    self.examples = examples
    self.inputCount = inputCount
    self.outputCount = outputCount
    self.inputs = inputs
    self.signals = signals
  }
}

/// Tells, beside gradients of minibatches, what the products of a network are shown and hear back.
public protocol SignalOracle<Point>: MinibatchOracle {
  /// What is trained.
  associatedtype Point
  /// The signals of these observations, for targets that are drawn from the model itself with `stream`.
  func signals(at point: Point, of rows: [Int], stream: RandomStream) async throws -> [ProductSignals]

  /// The same without waiting; nil (the default) when it must be awaited.
  func immediateSignals(at point: Point, of rows: [Int], stream: RandomStream) throws -> [ProductSignals]?
}

extension SignalOracle {
  /// Must be awaited.
  public func immediateSignals(at point: Point, of rows: [Int], stream: RandomStream) throws -> [ProductSignals]? {
    nil
  }
}

/// What are the products of the network shown, and what do they hear back?
public struct MinibatchSignals<Point: Sendable & Codable>: Query, Codable {
  public var point: Point
  /// Positions of observations in the data.
  public var rows: [Int]
  public var stream: RandomStream

  public init(point: Point, rows: [Int], stream: RandomStream) {
    self.point = point
    self.rows = rows
    self.stream = stream
  }

  public static var needs: String { "signals of the products of a network" }
  public var kind: String { "signals" }

  /// The oracle's answer for these observations.
  public func put(to oracle: any SignalOracle<Point>) async throws -> [ProductSignals] {
    try await oracle.signals(at: point, of: rows, stream: stream)
  }

  /// The same, where the oracle answers at once.
  public func answerNow(from oracle: any SignalOracle<Point>) throws -> [ProductSignals]? {
    try oracle.immediateSignals(at: point, of: rows, stream: stream)
  }
}
