// SPDX-License-Identifier: Apache-2.0
import GradusCore
import Synchronization

/// What a store cannot be, and what to do about it.
public struct SettingStoreError: Error, Sendable, Hashable, CustomStringConvertible {
  public var path: String
  /// The line, counted from 1; nil when the whole file is meant.
  public var line: Int?
  public var cause: String
  public var remedy: String

  public var description: String {
    "\(path)\(line.map { ":\($0)" } ?? ""): \(cause); \(remedy)"
  }
}

/// Experiences with settings, kept in an append-only file of JSON lines.
///
/// The first line names the format; every other line is one attempt, written in one piece as soon as it is over. A
/// process that is killed loses at most the attempt it was making: a last line without its end is cut off by the next
/// process that writes.
/// One process at a time may append; reading needs no lock.
public struct SettingStore: Sendable {
  /// One attempt, as it is written.
  public struct Record: Sendable, Hashable {
    /// Which experiences belong together: the method and the kind of problem.
    public var family: String
    /// The instance, by its fingerprint.
    public var instance: String
    public var round: Int
    /// Values that differ from the default, by switch.
    public var settings: [NamedText]
    public var context: [Double]
    public var cost: Double
    public var isFinished: Bool
    public var expected: Double
    public var status: String

    public init(
      family: String, instance: String, round: Int, settings: [NamedText], context: [Double], cost: Double,
      isFinished: Bool, expected: Double, status: String
    ) {
      self.family = family
      self.instance = instance
      self.round = round
      self.settings = settings
      self.context = context
      self.cost = cost
      self.isFinished = isFinished
      self.expected = expected
      self.status = status
    }
  }

  /// A name and its text.
  public struct NamedText: Sendable, Hashable {
    public var name: String
    public var value: String

    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  public static let schema = "gradus.settings/1"
  public let path: String
  public private(set) var records: [Record]
  private let journal: FileJournal?

  /// Reads the store at `path`. Throws when there is none, or when it is not one of this version.
  public init(reading path: String) throws {
    self.path = path
    journal = nil
    let bytes = try AtomicFile.read(path)
    records = try Self.records(
      bytes.split(separator: UInt8(ascii: "\n")).map(Array.init), at: path, closed: bytes.last == UInt8(ascii: "\n"))
  }

  /// Opens the store at `path` for this process alone, and makes it where there is none.
  ///
  /// Throws when another process has it open, or when the file is something else or of another version; the file is then
  /// left as it was.
  public init(opening path: String) throws {
    self.path = path
    let journal = try FileJournal(path)
    let lines = try journal.lines()
    records = try Self.records(lines, at: path, closed: true)
    if lines.isEmpty {
      let bytes = try AtomicFile.read(path)
      guard bytes.isEmpty || Array(Self.header.prefix(bytes.count)) == bytes else { throw Self.foreign(path) }
      try journal.append(Self.header)
    }
    self.journal = journal
  }

  /// Writes one attempt down; a process killed after this returns does not lose it.
  public mutating func append(_ record: Record) throws {
    guard let journal else { throw FileFailure(path: path, action: "write", cause: "it was opened for reading") }
    try journal.append(record.json.serialized())
    records.append(record)
  }

  private static let header = (["schema": .string(schema)] as JSONValue).serialized()

  private static func foreign(_ path: String) -> SettingStoreError {
    SettingStoreError(
      path: path, line: nil, cause: "this is no store of learned settings",
      remedy: "name a new file or one that '--learn' wrote")
  }

  private static func records(_ lines: [[UInt8]], at path: String, closed: Bool) throws -> [Record] {
    guard let first = lines.first else { return [] }
    guard let head = try? JSONValue(parsing: first), let found = head["schema"]?.text else { throw foreign(path) }
    guard found == schema else {
      throw SettingStoreError(
        path: path, line: 1, cause: "it is written as \(found), this program reads \(schema)",
        remedy: "use the program that wrote it, or begin a new store")
    }
    var records: [Record] = []
    for (i, line) in lines.enumerated().dropFirst() {
      if let json = try? JSONValue(parsing: line), let record = Record(json) {
        records.append(record)
      } else if i != lines.count - 1 || closed {
        throw SettingStoreError(
          path: path, line: i + 1, cause: "this line is no experience with settings",
          remedy: "delete the line; the others are kept")
      }
    }
    return records
  }
}

extension SettingStore.Record {
  var json: JSONValue {
    [
      "family": .string(family), "instance": .string(instance), "round": .integer(round),
      "settings": .object(settings.map { JSONValue.Member($0.name, .string($0.value)) }),
      "context": JSONValue(numbers: context), "cost": .number(cost), "finished": .bool(isFinished),
      "expected": .number(expected), "status": .string(status),
    ]
  }

  /// Nil when a member is missing or means nothing.
  init?(_ json: JSONValue) {
    guard let family = json["family"]?.text, let instance = json["instance"]?.text, let round = json["round"]?.whole,
      let members = json["settings"]?.members, let context = json["context"]?.doubles,
      let cost = json["cost"]?.double, let isFinished = json["finished"]?.truth,
      let expected = json["expected"]?.double, let status = json["status"]?.text,
      round >= 0, round < 1 << 53, cost >= 0, cost.isFinite, expected >= 0, expected.isFinite,
      context.allSatisfy(\.isFinite)
    else { return nil }
    var settings: [SettingStore.NamedText] = []
    for member in members {
      guard let value = member.value.text else { return nil }
      settings.append(SettingStore.NamedText(member.name, value))
    }
    self.init(
      family: family, instance: instance, round: round, settings: settings, context: context, cost: cost,
      isFinished: isFinished, expected: expected, status: status)
  }
}

extension SettingStore {
  /// The families that have experiences, in order of first appearance.
  public var families: [String] {
    var seen = Set<String>()
    return records.map(\.family).filter { seen.insert($0).inserted }
  }

  /// The experiences of a family in the terms of a space; attempts with values that the space no longer has are left out.
  public func experiences(of family: String, in space: SettingSpace) -> [SettingExperience] {
    records.filter { $0.family == family }.compactMap { record in
      space.configuration(named: record.settings.map { ($0.name, $0.value) }).map {
        SettingExperience(
          round: record.round, configuration: $0, context: record.context, cost: record.cost,
          isFinished: record.isFinished, expected: record.expected)
      }
    }
  }
}
