// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A model that is cheap to run and to differentiate, whose outputs somebody else judges.
public protocol OutputModel: Sendable, Codable {
  /// Number of parameters.
  var parameterCount: Int { get }
  /// z = f_θ(X) of these observations, one behind the other.
  func outputs(_ parameters: Vector, of rows: [Int]) throws -> Vector
  /// (∂z/∂θ)ᵀu.
  func pullback(_ cotangent: Vector, at parameters: Vector, of rows: [Int]) throws -> Vector
}

/// zᵢ = xᵢᵀθ.
public struct LinearOutputs: OutputModel, Hashable, Codable {
  /// xᵢ.
  public var features: [Vector]

  public init(features: [Vector]) {
    precondition(!features.isEmpty && features.allSatisfy { $0.count == features[0].count }, "rows of one length")
    self.features = features
  }

  public var parameterCount: Int { features[0].count }

  /// Cost: two operations a feature and row.
  public func outputs(_ parameters: Vector, of rows: [Int]) -> Vector {
    Vector(rows.map { features[$0].inner(parameters) })
  }

  /// Σ uᵢxᵢ.
  public func pullback(_ cotangent: Vector, at parameters: Vector, of rows: [Int]) -> Vector {
    var sum = Vector.zeros(parameterCount)
    for (k, row) in rows.enumerated() {
      for j in 0..<sum.count { sum[j] += cotangent[k] * features[row][j] }
    }
    return sum
  }
}

/// Minimize the loss of a model's outputs over its parameters, where the loss is dear and the model is cheap.
public struct OutputProblem<Model: OutputModel>: Sendable, Fingerprinted {
  public var model: Model
  public var start: Vector
  /// Observations that the model can be shown.
  public var observationCount: Int
  public var fingerprint: UInt64

  /// `modelFingerprint` stands for model and data when a run is resumed.
  public init(_ model: Model, start: Vector, observationCount: Int, modelFingerprint: UInt64 = 0) {
    precondition(
      start.count == model.parameterCount, "\(start.count) parameters for a model of \(model.parameterCount)")
    precondition(observationCount > 0, "a model is trained from at least one observation")
    self.model = model
    self.start = start
    self.observationCount = observationCount
    var print = Fingerprint()
    print.mix("outputs of a model")
    print.mix(start.elements)
    print.mix(observationCount)
    print.mix(modelFingerprint)
    fingerprint = print.value
  }
}

extension OutputProblem: Judged {
  public var judgingReserve: Int { 1 }

  /// Asks for the loss of all observations once more.
  public func judge(
    _ report: Report<Vector>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    let rows = Array(0..<observationCount)
    let outputs = try model.outputs(report.point, of: rows)
    let question = TargetGradient(outputs: outputs, rows: rows, stream: RandomStream(seed: 0))
    guard let answer = try await inquiry.ask(question), answer.value.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("nobody tells the loss of all observations"))
    }
    var certificate = Certificate(.sampled)
    certificate.pointChecked = true
    certificate.note = "the loss of all \(observationCount) observations was asked for again"
    return Verdict(outcome: .feasible, certificate: certificate, objective: answer.value)
  }
}
