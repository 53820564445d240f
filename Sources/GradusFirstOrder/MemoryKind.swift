// SPDX-License-Identifier: Apache-2.0

/// What may stand in one number of a rule's memory, for those who store it in fewer bits.
public enum MemoryKind: String, Sendable, Codable, Hashable {
  case signed, unsigned
  /// Not to be shortened: a point that steps are measured from.
  case exact
}
