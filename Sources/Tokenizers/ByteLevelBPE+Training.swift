import TensorCore

extension ByteLevelBPE {
  /// Learns a vocabulary: special tokens, the 256 bytes in the order of their characters in GPT-2's byte alphabet, then
  /// one token for each merge, most frequent pair first.
  ///
  /// Words are cut by GPT-2's pattern and counted on `threads` threads. The result does not depend on how many, and is
  /// that of `tokenizers`' BpeTrainer with a ByteLevel pre-tokeniser and its alphabet. (One difference: special tokens
  /// in the texts are left out here, and are text there.)
  ///
  /// - Parameters:
  ///   - texts: documents; no word goes from one to the next. None is needed.
  ///   - vocabularySize: what is wanted. The result is smaller where the texts have no pair left to merge, and never
  ///     smaller than the special tokens and the bytes.
  ///   - specialTokens: the first is the end of text.
  ///   - progress: called now and then with the size of the vocabulary so far.
  public static func train(
    on texts: [[UInt8]], vocabularySize: Int, specialTokens: [String] = ["<|endoftext|>"], threads: Int = 1,
    progress: (Int) -> Void = { _ in }
  ) -> ByteLevelBPE {
    let added = specialTokens.enumerated().map { AddedToken($0.element, id: Int32($0.offset)) }
    let alphabet = ByteAlphabet().bytesInAlphabeticalOrder
    let counter = WordCounter.count(
      texts, pattern: .gpt2, added: AddedTokens(added), on: ThreadPool(size: threads))
    var byteTokens = [Int32](repeating: 0, count: 256)
    for (place, byte) in alphabet.enumerated() { byteTokens[Int(byte)] = Int32(added.count + place) }
    var merger = PairMerger(
      vocabulary: added.map(\.content) + alphabet.map { [$0] },
      words: CountedWords(counter, byteTokens: byteTokens))
    while merger.vocabulary.count < vocabularySize, merger.mergeNext() {
      if merger.merges.count.isMultiple(of: 100) { progress(merger.vocabulary.count) }
    }
    progress(merger.vocabulary.count)
    return ByteLevelBPE(
      vocabulary: merger.vocabulary, merges: merger.merges, added: added, pattern: .gpt2,
      boundaries: TextBoundaries(end: added.first?.id))
  }
}
