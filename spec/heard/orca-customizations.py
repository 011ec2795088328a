# Orca loads this when it starts. It gives Orca a speech server that writes down what is to be said instead
# of saying it, and a Braille display that writes down its line. What is said and shown, and when, is left to Orca.
#
# Each line of the file HEARD_FILE is a JSON object: `at` is in ms since 1970; `text` was given to speech;
# with `stop`, speech was told to be silent; `braille` is what the display shows from then on.
import json
import os
import time
import types

from orca import braille
from orca import settings
from orca import speechserver

CELLS = 40


def write(**line):
    with open(os.environ["HEARD_FILE"], "a", encoding="utf-8") as file:
        file.write(json.dumps({"at": round(time.time() * 1000), **line}) + "\n")


class SpeechServer(speechserver.SpeechServer):
    _one = None

    @staticmethod
    def getSpeechServer(info=None):
        if SpeechServer._one is None:
            SpeechServer._one = SpeechServer()
            write(ready=True)
        return SpeechServer._one

    @staticmethod
    def getSpeechServers():
        return [SpeechServer.getSpeechServer()]

    @staticmethod
    def getFactoryName():
        return "Transcript"

    def getInfo(self):
        return ["transcript", "transcript"]

    def getVoiceFamilies(self):
        return []

    def speak(self, text=None, acss=None, interrupt=True):
        if text:
            write(text=text)

    def speakCharacter(self, character, acss=None):
        write(text=character)

    def speakKeyEvent(self, event, acss=None):
        write(text=event.getKeyName() or "")

    def sayAll(self, utterances, progress):
        for context, _ in utterances:
            write(text=context.utterance)

    def stop(self):
        write(stop=True)


class BrailleDisplay:
    def __init__(self, cells):
        pass

    def show_all(self):
        pass

    def writeText(self, cursor, text, mask=None):
        write(braille=text)

    def destroy(self):
        pass


settings.speechServerFactory = __name__
settings.sayAllOnLoad = False
settings.pageSummaryOnLoad = False
settings.enableKeyEcho = False
settings.enableSound = False
settings.enableBraille = False
settings.enableBrailleMonitor = True
braille.brlmon = types.SimpleNamespace(BrlMon=BrailleDisplay)
braille._displaySize[0] = CELLS
