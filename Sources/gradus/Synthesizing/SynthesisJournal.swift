// SPDX-License-Identifier: Apache-2.0
import Gradus
import GradusFormulation

/// The pairs in their file, and what became of every draw in a journal beside it.
///
///     {"settings": {…}}                                              what the lines depend on
///     {"number": 0, "id": "knapsack-0-0", "ending": "told"}          one line a draw, in their order
///
/// A pair is written before its draw: whoever is killed between the two makes one draw again, and finds its pair written.
struct SynthesisJournal {
  /// A draw that has its end.
  struct Draw {
    var id: String
    var ending: TrainingPair.Ending
    var message: String?
  }

  private let path: String
  private let output: String
  private let file: FileJournal
  private let pairs: FileJournal
  private(set) var draws: [Draw] = []
  private var written: Set<String> = []

  /// Throws where one of the files is something else, or was begun with other settings; both stay as they are then.
  init(_ path: String, output: String, settings: JSONValue) throws {
    self.path = path
    self.output = output
    pairs = try FileJournal(output)
    file = try FileJournal(path)
    for (k, line) in try pairs.lines().enumerated() {
      guard let id = (try? JSONValue(parsing: line))?["id"]?.text else {
        throw Failure(.unreadable, "\(output):\(k + 1): the line is no pair; name another --output")
      }
      written.insert(id)
    }
    let lines = try file.lines()
    guard let first = lines.first else {
      guard try AtomicFile.read(output).isEmpty else {
        throw Failure(.unreadable, "\(output) is there, and no \(path) says how it was made; name another --output")
      }
      try file.append((["settings": settings] as JSONValue).serialized())
      return
    }
    guard let begun = (try? JSONValue(parsing: first))?["settings"] else {
      throw Failure(.unreadable, "\(path):1: the line has no settings; name another --journal or --output")
    }
    for member in settings.members ?? [] where begun[member.name] != member.value {
      let before = begun[member.name].map { "\($0)" } ?? "nothing"
      throw Failure(
        .unreadable,
        "\(path) was begun with \(member.name) \(before), not \(member.value); name another --output, or remove both files"
      )
    }
    for (k, line) in lines.dropFirst().enumerated() {
      guard let json = try? JSONValue(parsing: line), json["number"]?.whole == k, let id = json["id"]?.text,
        let ending = json["ending"]?.text.flatMap(TrainingPair.Ending.init)
      else { throw Failure(.unreadable, "\(path):\(k + 2): the line is not draw \(k); name another --output") }
      let draw = Draw(id: id, ending: ending, message: json["message"]?.text)
      guard !ending.isAccepted || written.contains(id) else {
        throw Failure(
          .unreadable, "\(output) lacks the pair '\(id)' that \(path) tells of; put it back, or remove both files")
      }
      draws.append(draw)
    }
  }

  /// Writes the next draw.
  mutating func append(_ pair: TrainingPair) throws {
    if let json = pair.json, written.insert(pair.id).inserted { try pairs.append(json.serialized()) }
    let line: JSONValue = [
      "number": .integer(draws.count), "id": .string(pair.id), "ending": .string(pair.ending.rawValue),
      "message": JSONValue(pair.message),
    ]
    try file.append(line.serialized())
    draws.append(Draw(id: pair.id, ending: pair.ending, message: pair.message))
  }
}
