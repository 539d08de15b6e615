/** Where pictures come from: the rendition in a <video>, or stills where the browser cannot play it. */
export interface PictureSource {
  /** What to draw now; null while it is between two pictures, when what was drawn should stay. */
  readonly image: CanvasImageSource | null;
  /** Resolves once `image` is exactly this frame. */
  show(frameIdx: number): Promise<void>;
  /** Play on from the frame that is shown. `onFrame` hears of each as it comes to the screen. */
  play(onFrame: (frameIdx: number) => void, onEnd: () => void): void;
  /** How fast it plays, above 0; 1 is the video's own pace. */
  setRate(rate: number): void;
  pause(): void;
  close(): void;
}
