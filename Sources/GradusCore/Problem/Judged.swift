// SPDX-License-Identifier: Apache-2.0

/// A problem that can check an answer. It uses as much of the oracle as it finds useful.
public protocol Judged<Point>: Sendable {
  /// What a point is; a vector unless said otherwise.
  associatedtype Point: Sendable & Codable

  /// Recomputes what it can about the report; asks through `inquiry`, which counts and may refuse.
  func judge(_ report: Report<Point>, asking inquiry: Inquiry, tolerances: Tolerances) async throws -> Verdict

  /// How many answers judging would like; the run keeps them (at most a quarter of the budget) in reserve.
  var judgingReserve: Int { get }

  /// How many questions judging may ask where answers are not limited; the same by default.
  var judgingLimit: Int { get }
}

extension Judged {
  public var judgingReserve: Int { 0 }
  public var judgingLimit: Int { judgingReserve }
}
