// SPDX-License-Identifier: Apache-2.0

/// The sizes up to which files are read; beyond them a reader refuses instead of exhausting the machine.
public enum ReadLimits {
  /// Bytes of a file, after decompression: 2³¹ − 1. Matrices index their entries with 32 bits, and an entry needs
  /// at least two bytes of text.
  public static let fileBytes = Int(Int32.max)
  /// Bytes of one name: 4,096.
  public static let nameBytes = 4096
}
