// SPDX-License-Identifier: Apache-2.0

/// What a setting changes.
public enum SettingRole: String, Sendable, Codable {
  /// How the method goes about it: what may be learned from experience.
  case behavior
  /// What counts as an answer and what it may cost – tolerances, gaps, limits, seeds, threads: the user's to say.
  case limit
}

/// One setting, declared once: for the API, the command line, the documentation and the tuner.
public struct Setting<Owner>: Sendable {
  public let name: String
  public let help: String
  /// The closed range of a numeric setting.
  public let range: ClosedRange<Double>?
  /// The words of a setting with named choices.
  public let choices: [String]?
  public let role: SettingRole
  public let read: @Sendable (Owner) -> String
  public let write: @Sendable (inout Owner, String) throws(SettingError) -> Void

  /// A number, a text or a truth value.
  public init<V: LosslessStringConvertible & Sendable>(
    _ name: String, _ path: any WritableKeyPath<Owner, V> & Sendable, in range: ClosedRange<Double>? = nil,
    _ help: String, role: SettingRole = .behavior
  ) {
    self.name = name
    self.help = help
    self.role = role
    self.range = range
    choices = V.self == Bool.self ? ["true", "false"] : nil
    read = { $0[keyPath: path].description }
    write = { owner, text throws(SettingError) in
      guard let value = V(text) else { throw .unreadable(name, text: text, expected: "\(V.self)") }
      if let range {
        guard let number = Double(text), range.contains(number) else {
          throw .outOfRange(name, text: text, range: "\(range.lowerBound) … \(range.upperBound)")
        }
      }
      owner[keyPath: path] = value
    }
  }

  /// One of a fixed list of words.
  public init<V: RawRepresentable<String> & CaseIterable & Sendable>(
    _ name: String, choice path: any WritableKeyPath<Owner, V> & Sendable, _ help: String,
    role: SettingRole = .behavior
  ) {
    let words = V.allCases.map(\.rawValue)
    self.name = name
    self.help = help
    self.role = role
    range = nil
    choices = words
    read = { $0[keyPath: path].rawValue }
    write = { owner, text throws(SettingError) in
      guard let value = V(rawValue: text) else {
        throw .unreadable(name, text: text, expected: "one of \(words.joined(separator: ", "))")
      }
      owner[keyPath: path] = value
    }
  }

  /// The setting of a part, as one of the whole.
  public init<Part>(lifting inner: Setting<Part>, _ path: any WritableKeyPath<Owner, Part> & Sendable) {
    name = inner.name
    help = inner.help
    range = inner.range
    choices = inner.choices
    role = inner.role
    read = { inner.read($0[keyPath: path]) }
    write = { owner, text throws(SettingError) in
      var part = owner[keyPath: path]
      try inner.write(&part, text)
      owner[keyPath: path] = part
    }
  }
}
