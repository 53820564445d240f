// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// A wish for one proposal.
public struct StepRequest<Place: Sendable & Codable>: Sendable, Codable {
  public var place: Place
  /// Whether all steps to an end are wanted, or the next one alone.
  public var isWhole: Bool
  /// What was said of earlier proposals for this place.
  public var remarks: [String]

  public init(place: Place, isWhole: Bool, remarks: [String] = []) {
    self.place = place
    self.isWhole = isWhole
    self.remarks = remarks
  }
}

/// Steps, and where they lead.
public struct StepProposal<Place: Sendable & Codable, Step: Sendable & Codable>: Sendable, Codable {
  public var steps: [Step]
  public var place: Place
  public var isFinal: Bool

  public init(_ steps: [Step], to place: Place, isFinal: Bool) {
    self.steps = steps
    self.place = place
    self.isFinal = isFinal
  }
}

/// How good a place is, and what is wrong with it.
public struct StepVerdict: Sendable, Codable, Hashable {
  public var score: Double
  public var remarks: [String]

  public init(_ score: Double, remarks: [String] = []) {
    self.score = score
    self.remarks = remarks
  }
}

/// Proposes steps and judges where they lead: a policy and a verifier, a value function or a judge.
public protocol StepOracle<Place, Step>: Sendable {
  /// Where steps lead.
  associatedtype Place: Sendable & Codable
  /// What leads from one place to another.
  associatedtype Step: Sendable & Codable

  /// One proposal for each request; nil where none can be made. Throws when nobody can answer.
  func propose(
    _ requests: [StepRequest<Place>], stream: RandomStream
  ) async throws -> [StepProposal<Place, Step>?]

  /// One verdict for each place. Throws when nobody can answer.
  func judge(_ places: [Place], stream: RandomStream) async throws -> [StepVerdict]
}

/// Which steps may follow, or how good are these places?
public enum StepQuestion<Place: Sendable & Codable, Step: Sendable & Codable>: Query, Codable {
  case propose([StepRequest<Place>], stream: RandomStream)
  case judge([Place], stream: RandomStream)

  /// In the order of the question.
  public enum Answer: Sendable, Codable {
    case proposals([StepProposal<Place, Step>?])
    case verdicts([StepVerdict])
  }

  public static var needs: String { "somebody who proposes steps and judges where they lead" }

  public var kind: String {
    switch self {
    case .propose: "proposal"
    case .judge: "verdict"
    }
  }

  public func put(to oracle: any StepOracle<Place, Step>) async throws -> Answer {
    switch self {
    case .propose(let requests, let stream): .proposals(try await oracle.propose(requests, stream: stream))
    case .judge(let places, let stream): .verdicts(try await oracle.judge(places, stream: stream))
    }
  }
}
