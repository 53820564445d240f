// SPDX-License-Identifier: Apache-2.0

/// The parts of an `.lp` file, each begun by a word at the start of a line.
enum LPSection: Hashable {
  case minimize, maximize, constraints, bounds, integers, binaries, semicontinuous, sets, end
  /// A part that would change the problem and is not read.
  case refused

  /// Words in lower case; one blank stands for any number of blanks.
  static let words: [(word: String, section: LPSection)] = [
    ("minimize", .minimize), ("minimise", .minimize), ("minimum", .minimize), ("min", .minimize),
    ("maximize", .maximize), ("maximise", .maximize), ("maximum", .maximize), ("max", .maximize),
    ("subject to", .constraints), ("such that", .constraints), ("s.t.", .constraints), ("st.", .constraints),
    ("st", .constraints), ("bounds", .bounds), ("bound", .bounds),
    ("general constraints", .refused), ("general constraint", .refused), ("gencons", .refused),
    ("generals", .integers), ("general", .integers), ("gens", .integers), ("gen", .integers),
    ("integers", .integers), ("integer", .integers), ("ints", .integers), ("int", .integers),
    ("binaries", .binaries), ("binary", .binaries), ("bins", .binaries), ("bin", .binaries),
    ("semi-continuous", .semicontinuous), ("semis", .semicontinuous), ("semi", .semicontinuous),
    ("sos1", .refused), ("sos2", .refused), ("sos", .sets), ("lazy constraints", .refused), ("user cuts", .refused),
    ("pwlobj", .refused), ("multi-objectives", .refused), ("multi-objective", .refused), ("scenario", .refused),
    ("end", .end),
  ]
}

/// A word, number or sign of an `.lp` file and where it stands.
struct LPToken {
  enum Kind: Equatable {
    case name, number, plus, minus, times, power, divide, open, close, colon, doubleColon, less, greater, equal, arrow
    case section(LPSection)
    case endOfFile

    var isRelation: Bool { self == .less || self == .greater || self == .equal }
    var isSign: Bool { self == .plus || self == .minus }
    var isSection: Bool {
      if case .section = self { return true }
      return self == .endOfFile
    }
  }

  var kind: Kind
  var field: TextField
  var value = 0.0
  var line: Int
  var column: Int
  var beginsLine = false
}
