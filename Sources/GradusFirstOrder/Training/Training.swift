// SPDX-License-Identifier: Apache-2.0
public import GradusCore
public import GradusNumerics

/// Minimize the mean loss of many observations over the parameters of a model.
public struct Training: Sendable, Fingerprinted {
  /// Where the parameters of each tensor lie.
  public var layout: Layout
  /// Where training begins.
  public var start: Buffer<Float>
  /// Observations to learn from.
  public var observationCount: Int
  /// What model and data are recognized by when a run is resumed.
  public var fingerprint: UInt64

  /// `modelFingerprint` stands for everything that the parameters mean; data and layout are mixed in.
  public init(
    layout: Layout, start: Buffer<Float>, observationCount: Int, modelFingerprint: UInt64, dataFingerprint: UInt64
  ) {
    precondition(start.count == layout.count, "\(start.count) parameters for a layout of \(layout.count)")
    precondition(observationCount > 0, "a model is trained from at least one observation")
    self.layout = layout
    self.start = start
    self.observationCount = observationCount
    var print = Fingerprint()
    print.mix("training")
    for slot in layout.slots {
      print.mix(slot.name)
      for length in slot.shape { print.mix(length) }
    }
    print.mix(observationCount)
    print.mix(modelFingerprint)
    print.mix(dataFingerprint)
    fingerprint = print.value
  }
}

extension Training: Judged {
  public var judgingReserve: Int { 1 }

  /// Recomputes the mean loss of all observations; no more can be said of a network.
  public func judge(
    _ report: Report<Buffer<Float>>, asking inquiry: Inquiry, tolerances: Tolerances
  ) async throws -> Verdict {
    guard let value = try await inquiry.ask(Evaluate(point: report.point)) else {
      return Verdict(outcome: .unproved, certificate: .none("nobody can evaluate the loss of all observations"))
    }
    guard value.isFinite else {
      return Verdict(outcome: .unproved, certificate: .none("the loss of all observations is not finite"))
    }
    var certificate = Certificate(.sampled)
    certificate.pointChecked = true
    certificate.note = "the mean loss of all \(observationCount) observations was computed again"
    return Verdict(outcome: .feasible, certificate: certificate, objective: value)
  }
}
