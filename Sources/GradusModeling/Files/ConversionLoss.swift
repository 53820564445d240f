// SPDX-License-Identifier: Apache-2.0
internal import GradusCore

/// Something of a problem that a written file does not hold, or holds in another form.
///
/// Only what leaves the problem the same becomes a loss; what would change it is a `WriteError`.
public struct ConversionLoss: Sendable, Hashable, CustomStringConvertible {
  /// The part of the problem, for instance `names`.
  public var part: String
  /// What became of it, with an example.
  public var detail: String

  public init(part: String, detail: String) {
    self.part = part
    self.detail = detail
  }

  public var description: String { "\(part): \(detail)" }
}

extension StandardForm {
  /// Bounds and sides that are finite here and mean "none" to every reader of MPS and LP files.
  func lossesBeyondInfinity() -> [ConversionLoss] {
    let all = [rowLower, rowUpper, columnLower, columnUpper].joined()
    let count = all.count { $0.isFinite && abs($0) >= MPSReader.infinity }
    if count == 0 { return [] }
    return [
      ConversionLoss(part: "bounds", detail: "\(count) bounds or sides of magnitude 1e20 or more become infinite")
    ]
  }
}
