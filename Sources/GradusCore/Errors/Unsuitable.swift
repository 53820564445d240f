// SPDX-License-Identifier: Apache-2.0

/// The method cannot be used on this problem with this oracle. Found before the first question.
public struct Unsuitable: Error, Sendable, Hashable, CustomStringConvertible {
  public var method: String
  public var needs: String
  public var found: String
  public var remedy: String

  public init(method: String, needs: String, found: String, remedy: String) {
    self.method = method
    self.needs = needs
    self.found = found
    self.remedy = remedy
  }

  public var description: String { "\(method) needs \(needs), but was given \(found). \(remedy)" }
}
